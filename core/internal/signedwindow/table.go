package signedwindow

import (
	"iter"
	"reflect"
)

// Point is a pointer to a point of a group. Add must also be correct for two equal points.
type Point[P any] interface {
	*P
	Set(p *P) *P
	Add(p, q *P) *P
}

// Table holds j·2^(width·i)·P for every digit position i and every j from 1 to 2^(width−1). It is immutable.
type Table[P any] struct {
	bits, width int
	points      []P
}

// NewTable returns the table of p for scalars below 2^bits.
func NewTable[P any, T Point[P]](p T, bits, width int) Table[P] {
	t := Table[P]{bits: bits, width: width, points: make([]P, size(bits, width))}
	half := 1 << (width - 1)
	place := T(new(P)) // 2^(width·i)·P
	place.Set(p)
	for row := t.points; len(row) > 0; row = row[half:] {
		T(&row[0]).Set(place)
		for j := 1; j < half; j++ {
			T(&row[j]).Add(&row[j-1], place)
		}
		last := &row[half-1]
		place.Add(last, last) // last is 2^(width-1) times the old place
	}
	return t
}

// size returns the number of points in a table.
func size(bits, width int) int { return Count(bits, width) << (width - 1) }

// SizeOf returns the size in bytes of a table of points of the type P.
func SizeOf[P any](bits, width int) int {
	return size(bits, width) * int(reflect.TypeFor[P]().Size())
}

// Terms returns the points whose sum is scalar·P, where the scalar is little-endian, and reports which of them have to
// be subtracted.
func (t *Table[P]) Terms(scalar *[ScalarSize]byte) iter.Seq2[*P, bool] {
	return func(yield func(*P, bool) bool) {
		var buf [8*ScalarSize + 1]int8
		digits := buf[:Count(t.bits, t.width)]
		Recode(digits, scalar, t.width)
		row := t.points
		for _, d := range digits {
			if d > 0 && !yield(&row[d-1], false) || d < 0 && !yield(&row[-d-1], true) {
				return
			}
			row = row[1<<(t.width-1):]
		}
	}
}
