package jose

import (
	"bytes"
	"time"
)

const (
	minDate = -62135596800 // 0001-01-01T00:00:00Z
	maxDate = 253402300799 // 9999-12-31T23:59:59Z

	maxDateDigits = 12
	nanoDigits    = 9
)

// Time reads a NumericDate (RFC 7519 §2): seconds since 1970 as a JSON number, which may have a fraction and an
// exponent. The time is exact to the nanosecond; digits beyond that are cut off. A string is an error, and so is a
// date outside the years 1 to 9999. Zero is 1970, not an absent date.
func (v Value) Time() (time.Time, error) {
	if v.Kind() != KindNumber {
		return time.Time{}, errDateKind
	}
	if seconds, ok := shortInteger(v.raw); ok { // the usual date
		if seconds > maxDate || seconds < minDate {
			return time.Time{}, errDateRange
		}
		return time.Unix(seconds, 0).UTC(), nil
	}
	number, negative := bytes.CutPrefix(v.raw, []byte("-"))
	digits, point := decimal(number)
	digit := func(i int) int64 {
		if i < 0 || i >= len(digits) {
			return 0
		}
		return int64(digits[i] - '0')
	}
	var seconds, nanos int64
	for i := range max(point, 0) {
		seconds = seconds*10 + digit(i)
	}
	for i := range nanoDigits {
		nanos = nanos*10 + digit(point+i)
	}
	fraction := nanos > 0 || len(digits) > point+nanoDigits
	if negative {
		seconds, nanos = -seconds, -nanos
	}
	if seconds > maxDate || seconds < minDate || fraction && (seconds == maxDate || seconds == minDate) {
		return time.Time{}, errDateRange
	}
	return time.Unix(seconds, nanos).UTC(), nil
}

// decimal writes an unsigned JSON number as 0.DIGITS × 10^point, with no zero at either end of DIGITS. A very large
// or very small point is capped: the date is then out of range, or rounds to zero.
func decimal(number []byte) (digits []byte, point int) {
	mantissa, exponent := number, int64(0)
	if e := bytes.IndexAny(number, "eE"); e >= 0 {
		mantissa, exponent = number[:e], cappedInt(number[e+1:])
	}
	whole, fraction, _ := bytes.Cut(mantissa, []byte("."))
	digits = append(append(make([]byte, 0, len(mantissa)), whole...), fraction...)
	point = len(whole)
	for len(digits) > 0 && digits[0] == '0' {
		digits = digits[1:]
		point--
	}
	digits = bytes.TrimRight(digits, "0")
	if len(digits) == 0 {
		return nil, 0
	}
	// Both ends stay far from overflow: a document is shorter than 2^31 bytes.
	return digits, int(max(min(int64(point)+exponent, maxDateDigits+1), -nanoDigits-1))
}

// cappedInt reads the digits of an exponent. It caps the value at a size that no mantissa can make up for.
func cappedInt(digits []byte) int64 {
	const limit = 1 << 40
	negative := digits[0] == '-'
	n := int64(0)
	for _, c := range bytes.TrimLeft(digits, "+-") {
		n = min(n*10+int64(c-'0'), limit)
	}
	if negative {
		return -n
	}
	return n
}
