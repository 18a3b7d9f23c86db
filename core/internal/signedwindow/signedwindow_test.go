package signedwindow_test

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/signedwindow"
)

// TestRecode: the digits are in their range and add up to the scalar, for every width.
func TestRecode(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for width := 1; width <= signedwindow.MaxWidth; width++ {
		for i := range 2000 {
			bits := signedwindow.ScalarSize * 8
			var scalar [signedwindow.ScalarSize]byte
			switch i {
			case 0: // zero
			case 1:
				for j := range scalar {
					scalar[j] = 0xff
				}
			default:
				for j := range scalar {
					scalar[j] = byte(random.Uint32()) | byte(i%3/2*0xff)
				}
			}
			if i%2 == 1 && i > 2 {
				bits = 253
				scalar[31] &= 0x1f
			}
			digits := make([]int8, signedwindow.Count(bits, width))
			signedwindow.Recode(digits, &scalar, width)
			sum := new(big.Int)
			for place, digit := range slices.Backward(digits) {
				d := int(digit)
				if d > 1<<(width-1) || d <= -1<<(width-1) {
					t.Fatalf("width %d: digit %d is %d", width, place, d)
				}
				sum.Add(sum.Lsh(sum, uint(width)), big.NewInt(int64(d)))
			}
			if want := littleEndian(scalar); sum.Cmp(want) != 0 {
				t.Fatalf("width %d: the digits add up to %x, want %x", width, sum, want)
			}
		}
	}
}

func littleEndian(scalar [signedwindow.ScalarSize]byte) *big.Int {
	x := new(big.Int)
	for _, octet := range slices.Backward(scalar[:]) {
		x.Add(x.Lsh(x, 8), big.NewInt(int64(octet)))
	}
	return x
}
