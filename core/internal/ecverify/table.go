package ecverify

import (
	"reflect"

	"filippo.io/nistec"

	"github.com/revstackhq/auth-go/core/internal/signedwindow"
)

// scalarBits is the length of the scalars, which are below the order of the group.
const scalarBits = 256

// table holds j·2^(width·i)·P for every digit's place i and every j from 1 to 2^(width−1).
type table struct {
	width  int
	points []nistec.P256Point
}

func places(width int) int { return signedwindow.Count(scalarBits, width) }

// sizeOf returns the octets of a table.
func sizeOf(width int) int {
	return places(width) << (width - 1) * int(reflect.TypeFor[nistec.P256Point]().Size())
}

func newTable(p *nistec.P256Point, width int) table {
	t := table{width: width, points: make([]nistec.P256Point, places(width)<<(width-1))}
	place := nistec.NewP256Point().Set(p) // 2^(width·i)·P
	for row := t.points; len(row) > 0; row = row[1<<(width-1):] {
		row[0].Set(place)
		for j := 1; j < 1<<(width-1); j++ {
			row[j].Add(&row[j-1], place) // j = 1 doubles: Add knows
		}
		place.Double(&row[1<<(width-1)-1]) // half of the window, twice
	}
	return t
}

// addMultiple sets sum to sum + scalar·P. The scalar is little-endian.
func (t *table) addMultiple(sum *nistec.P256Point, scalar *[signedwindow.ScalarSize]byte) {
	var buf [64]int8
	digits := buf[:places(t.width)]
	signedwindow.Recode(digits, scalar, t.width)
	var minus nistec.P256Point
	row := 0
	for _, d := range digits {
		switch {
		case d > 0:
			sum.Add(sum, &t.points[row+int(d)-1])
		case d < 0:
			sum.Add(sum, minus.Negate(&t.points[row-int(d)-1]))
		}
		row += 1 << (t.width - 1)
	}
}
