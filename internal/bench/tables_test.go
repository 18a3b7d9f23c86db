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
