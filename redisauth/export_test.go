package redisauth

import "time"

// SetClock replaces the clock of this machine.
func (l *Log) SetClock(now func() time.Time) { l.now = now }
