package faults_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/faults"
)

type documented string

func (d documented) Error() string  { return string(d) }
func (d documented) DocURL() string { return "https://docs.invalid/#" + string(d) }

func TestJoin(t *testing.T) {
	if err := faults.Join(nil, nil); err != nil {
		t.Errorf("nothing is wrong, got %v", err)
	}
	plain := errors.New("plain")
	inner := faults.Join(documented("b"), documented("c"))
	err := faults.Join(documented("a"), nil, inner, plain)
	if got, want := err.Error(), "a\nb\nc\nplain\nsee https://docs.invalid/#a"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := faults.Join(plain, inner).Error(); got != "plain\nb\nc" {
		t.Errorf("the first has no page, got %q", got)
	}
	for _, part := range []error{documented("a"), documented("c"), plain} {
		if !errors.Is(err, part) {
			t.Errorf("%v is not found in it", part)
		}
	}
	var many interface{ Unwrap() []error }
	want := []error{documented("a"), documented("b"), documented("c"), plain}
	if !errors.As(err, &many) || !slices.Equal(many.Unwrap(), want) {
		t.Error("the errors are not in order")
	}
}
