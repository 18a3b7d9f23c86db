package providers

// more holds the providers that the TypeScript package does not have.
func more() []Provider {
	return []Provider{}
}
