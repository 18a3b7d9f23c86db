package main

import (
	"strings"
	"testing"
)

const oneFile = `goos: linux
,after,
,sec/op,CI
Verify/RS256/the_limit-2,2.99e-05,0%
"Verify/RS256/auth-go,_new_token-2",2.6e-05,0%
Verify/RS256/cristalhq/jwt_v5-2,3.85e-05,0%
Verify/HS256/the_limit-2,1.17e-06,0%
"Verify/HS256/auth-go,_new_token-2",6.31e-06,0%
Middleware/gin/no_guard-2,6.8e-08,1%
"Middleware/gin/auth-go,_cached_token-2",3.39e-06,1%
Scale/keys/100/new_token-2,2.4e-05,0%
geomean,1e-05,

,after,
,B/op,CI
"Verify/RS256/auth-go,_new_token-2",2144,0%

,after,
,allocs/op,CI
"Verify/RS256/auth-go,_new_token-2",24,0%
Middleware/gin/no_guard-2,1,0%
"Middleware/gin/auth-go,_cached_token-2",22,0%
`

func TestTables(t *testing.T) {
	var out strings.Builder
	if err := run(strings.NewReader(oneFile), &out); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	for _, want := range []string{
		"|  | RS256 | HS256 | RS256 allocs |\n|---|--:|--:|--:|\n",
		"| the limit | 29.9 µs | 1.17 µs | 0 |\n",
		"| **auth-go, new token** | 0.870× | 5.39× | 24 |\n",
		"| cristalhq/jwt v5 | 1.29× | – | 0 |\n",
		"### Verify, RS256\n\n|  | time | × limit | allocs | bytes |\n" +
			"|---|--:|--:|--:|--:|\n| the limit | 29.9 µs | 1.00 | 0 | 0 |\n",
		"| **auth-go, new token** | 26.0 µs | 0.870 | 24 | 2144 |\n",
		"### Middleware, gin\n\n|  | added | allocs added | request |\n" +
			"|---|--:|--:|--:|\n| no guard | 0 ns | 0 | 68.0 ns |\n",
		"| **auth-go, cached token** | 3.32 µs | 21 | 3.39 µs |\n",
		"### Scale, keys\n\n|  | time | allocs | bytes |\n|---|--:|--:|--:|\n| 100/new token | 24.0 µs | 0 | 0 |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the tables lack %q:\n%s", want, got)
		}
	}
}

func TestSlower(t *testing.T) {
	const twoFiles = `,before,,after,,,
,sec/op,CI,sec/op,CI,vs base,P
Verify/RS256/the_limit-2,1e-05,0%,2e-05,0%,+100.00%,p=0.002 n=6
"Verify/RS256/auth-go,_new_token-2",1e-05,0%,1.1e-05,0%,+10.00%,p=0.002 n=6
"Verify/ES256/auth-go,_new_token-2",1e-05,0%,1.02e-05,0%,+2.00%,p=0.002 n=6
"Verify/HS256/auth-go,_new_token-2",1e-05,0%,2e-05,50%,~,p=0.120 n=6
Scale/keys/1000/cached_token-2,1e-05,0%,2e-05,0%,+100.00%,p=0.002 n=6
"Verify/EdDSA/auth-go,_new_token-2",1e-05,0%,2e-05,80%,+100.00%,p=0.002 n=6

,before,,after,,,
,cpu-sec/op,CI,cpu-sec/op,CI,vs base,P
"Verify/EdDSA/auth-go,_new_token-2",1e-05,0%,1.01e-05,1%,+1.00%,p=0.002 n=6

,before,,after,,,
,B/op,CI,B/op,CI,vs base,P
"Verify/RS256/auth-go,_cached_token-2",1,0%,2,0%,+100.00%,p=0.002 n=6
`
	var out strings.Builder
	err := run(strings.NewReader(twoFiles), &out)
	const want = "Verify/RS256/auth-go, new token takes 1.10 times as long as before\n" +
		"Scale/keys/1000/cached token takes 2.00 times as long as before\n"
	if err == nil || out.String() != want {
		t.Errorf("got %v and\n%s\nwant\n%s", err, &out, want)
	}
	out.Reset()
	err = run(strings.NewReader(strings.NewReplacer("+10.00%", "~", "+100.00%", "-1.00%").Replace(twoFiles)), &out)
	if err != nil || !strings.HasPrefix(out.String(), "No row") {
		t.Errorf("got %v, %s", err, &out)
	}
	if err := run(strings.NewReader(""), &out); err == nil {
		t.Error("no rows, and no error")
	}
}

func TestFigures(t *testing.T) {
	for ns, want := range map[float64]string{
		0.5: "0.500 ns", 42.04: "42.0 ns", 873: "873 ns", 999.9: "1.00 µs", 36_123: "36.1 µs", 2_500_000: "2.50 ms",
		-1500: "−1.50 µs", 0.011: "0.0110 ns",
	} {
		if got := duration(ns); got != want {
			t.Errorf("duration(%g) is %q, want %q", ns, got, want)
		}
	}
}
