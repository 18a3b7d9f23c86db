package apikey

// WithChecksum completes a key that a test put together.
func WithChecksum(text string) string { return text + "_" + checksum(text) }
