package jose

import "strconv"

// maxShortDigits is how many digits an int64 has room for, whatever they are.
const maxShortDigits = 18

// integer returns the value of a JSON number that is written as an integer and fits into an int64.
func integer(number []byte) (n int64, ok bool) {
	if n, ok = shortInteger(number); ok {
		return n, true
	}
	n, err := strconv.ParseInt(string(number), 10, 64)
	return n, err == nil
}

// shortInteger returns the value of a JSON number that is written as an integer of at most [maxShortDigits]. It
// returns false for all other numbers.
func shortInteger(number []byte) (n int64, ok bool) {
	digits := number
	if digits[0] == '-' {
		digits = digits[1:]
	}
	if len(digits) > maxShortDigits {
		return 0, false
	}
	for _, c := range digits {
		if !isDigit(c) {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if len(digits) < len(number) {
		n = -n
	}
	return n, true
}
