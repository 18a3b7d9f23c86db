package edverify

import (
	"reflect"
	"sync"

	"filippo.io/edwards25519"

	"github.com/revstackhq/auth-go/core/internal/signedwindow"
)

// scalarBits is the length of the scalars, which are below the order of the group, 2²⁵² + 277….
const scalarBits = 253

// table holds j·2^(width·i)·P for every digit's place i and every j from 1 to 2^(width−1).
type table struct {
	width  int
	points []edwards25519.Point
}

func places(width int) int { return signedwindow.Count(scalarBits, width) }

// sizeOf returns the octets of a table.
func sizeOf(width int) int {
	return places(width) << (width - 1) * int(reflect.TypeFor[edwards25519.Point]().Size())
}

func newTable(p *edwards25519.Point, width int) table {
	t := table{width: width, points: make([]edwards25519.Point, places(width)<<(width-1))}
	place := new(edwards25519.Point).Set(p) // 2^(width·i)·P
	for row := t.points; len(row) > 0; row = row[1<<(width-1):] {
		row[0].Set(place)
		for j := 1; j < 1<<(width-1); j++ {
			row[j].Add(&row[j-1], place)
		}
		last := &row[1<<(width-1)-1]
		place.Add(last, last) // half of the window, twice
	}
	return t
}

// addMultiple sets sum to sum + scalar·P.
func (t *table) addMultiple(sum *edwards25519.Point, scalar *[signedwindow.ScalarSize]byte) {
	var buf [64]int8
	digits := buf[:places(t.width)]
	signedwindow.Recode(digits, scalar, t.width)
	row := 0
	for _, d := range digits {
		switch {
		case d > 0:
			sum.Add(sum, &t.points[row+int(d)-1])
		case d < 0:
			sum.Subtract(sum, &t.points[row-int(d)-1])
		}
		row += 1 << (t.width - 1)
	}
}

// base returns the table of the group's generator, one for the whole program.
//
//nolint:gochecknoglobals // a constant that is computed when the first key is prepared
var base = sync.OnceValue(func() table { return newTable(edwards25519.NewGeneratorPoint(), baseWindow) })
