package keytables

// Has reports whether the key has a table, without using it.
func (s *Slot) Has() bool { return s.table.Load() != nil }
