// Package signedwindow writes scalars with signed digits, for multiplication with a table: scalar = Σ
// digits[i]·2^(w·i).
//
// It runs in variable time and is for public scalars only.
package signedwindow

// ScalarSize is the number of octets of a scalar.
const ScalarSize = 32

// MaxWidth is the widest window whose digits fit an int8.
const MaxWidth = 7

// Count returns how many digits of width bits are needed for every scalar below 2^bits. The top digit always has a
// spare bit for the carry.
func Count(bits, width int) int { return bits/width + 1 }

// Recode writes scalar, which is little-endian, into digits of width bits, each from −2^(width−1)+1 to 2^(width−1).
// digits has the length of [Count].
func Recode(digits []int8, scalar *[ScalarSize]byte, width int) {
	mask, half := 1<<width-1, 1<<(width-1)
	carry := 0
	for i := range digits {
		at := i * width
		value := 0
		if at/8 < len(scalar) {
			value = int(scalar[at/8])
		}
		if at/8+1 < len(scalar) {
			value |= int(scalar[at/8+1]) << 8
		}
		value = value>>(at%8)&mask + carry
		carry = 0
		if value > half {
			value, carry = value-mask-1, 1
		}
		digits[i] = int8(value) //nolint:gosec // below 2^MaxWidth
	}
}
