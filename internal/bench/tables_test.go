package main

import (
	"os"
	"strings"
	"testing"
)

func TestPages(t *testing.T) {
	for _, c := range []struct{ name, err string }{
		{"one", ""},
		{"two", "2 rows are slower"},
		{"none", "no rows"},
	} {
		var got strings.Builder
		err := run(strings.NewReader(string(must(os.ReadFile("testdata/"+c.name+".csv")))), &got)
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.err)
		}
		if want := string(must(os.ReadFile("testdata/" + c.name + ".md"))); got.String() != want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, &got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for seconds, want := range map[float64]string{
		42.04e-9:  "42ns",
		999.9e-9:  "999ns",
		36.123e-6: "36.1µs",
		2.5e-3:    "2.5ms",
		-1.5e-6:   "-1.5µs",
		1.0004e-6: "1µs",
		9.9999e-6: "10µs",
	} {
		if got := duration(seconds); got != want {
			t.Errorf("duration(%g) is %q, want %q", seconds, got, want)
		}
	}
}
