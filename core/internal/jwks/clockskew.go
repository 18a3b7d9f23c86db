package jwks

import (
	"net/http"
	"time"
)

// clockSkew returns how far this machine's clock is ahead of the clock that wrote the response's Date (RFC 9110
// §6.6.1), negative if it is behind. sent and received are times of this machine's clock. It returns 0 if the clocks
// may be equal: Date counts whole seconds, and the response was written at an unknown moment of the round trip.
func clockSkew(h http.Header, sent, received time.Time) time.Duration {
	if len(h.Values("Age")) > 0 || len(h.Values("Date")) != 1 {
		return 0 // a response with Age came from a cache, with the Date of the original response (RFC 9111 §5.1)
	}
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	least, most := sent.Sub(date.Add(time.Second)), received.Sub(date)
	if least <= 0 && most >= 0 {
		return 0
	}
	return (least/2 + most/2).Round(100 * time.Millisecond) // half of each first: their sum may overflow
}
