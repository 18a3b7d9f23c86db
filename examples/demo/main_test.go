package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/revstackhq/auth-go/core"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.TestMode)
	os.Exit(m.Run())
}

func unset(string) string { return "" }

// lines collects the program's output and signals when mark has been printed.
type lines struct {
	mark    string
	buf     bytes.Buffer
	written chan struct{}
}

func (l *lines) Write(p []byte) (int, error) {
	n, err := l.buf.Write(p)
	if strings.Contains(l.buf.String(), l.mark) && l.written != nil {
		close(l.written)
		l.written = nil
	}
	return n, err
}

// serving runs the program on free ports until the test ends, and returns what
// it has printed when it serves.
func serving(t *testing.T, getenv func(string) string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	printed := make(chan struct{})
	out := &lines{mark: "Ctrl-C ends it.", written: printed}
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"-issuer-port", "0", "-gin", "0", "-echo", "0", "-chi", "0", "-fiber", "0"}, getenv, out)
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("shutdown: %v", err)
		}
	})
	select {
	case <-printed:
	case err := <-ended:
		ended <- err
		t.Fatalf("the demo ended early: %v", err)
	}
	return out.buf.String()
}

func get(t *testing.T, url string, header http.Header) (status int, body string, answer http.Header) {
	t.Helper()
	return request(t, http.MethodGet, url, header)
}

func request(t *testing.T, method, url string, header http.Header) (status int, body string, answer http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		r.Header = header
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(data), response.Header
}

var (
	pasted = regexp.MustCompile(
		`(?m)^  → (\d+) (.*)\ncurl -i (?:-H "Authorization: Bearer \$\(curl -s '([^']+)'\)" )?(\S+)$`,
	)
	address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
)

// TestPrintedLines sends the request of every printed curl line.
func TestPrintedLines(t *testing.T) {
	printed := serving(t, unset)
	found := pasted.FindAllStringSubmatch(printed, -1)
	if want := len(calls()) * len(frameworks()); len(found) != want {
		t.Fatalf("%d lines to paste, want %d, in:\n%s", len(found), want, printed)
	}
	for _, f := range found {
		want, text, tokenURL, url := f[1], f[2], f[3], f[4]
		header := http.Header{}
		if tokenURL != "" {
			status, token, _ := get(t, tokenURL, nil)
			if status != http.StatusOK {
				t.Fatalf("%s: %d %s", tokenURL, status, token)
			}
			header.Set("Authorization", "Bearer "+strings.TrimSpace(token))
		}
		status, body, _ := get(t, url, header)
		if strconv.Itoa(status) != want || !strings.Contains(body, text) {
			t.Errorf("%s\nanswers %d %s", f[0], status, body)
		}
	}
}

func TestPage(t *testing.T) {
	printed := serving(t, unset)
	site := address.FindString(printed)
	status, body, header := get(t, site+"/", nil)
	if status != http.StatusOK || !strings.HasPrefix(header.Get("Content-Type"), "text/html") {
		t.Fatalf("the page answers %d, %s", status, header.Get("Content-Type"))
	}
	if !strings.Contains(body, "auth-go playground") {
		t.Errorf("the page is not the playground:\n%s", body)
	}
	if _, scenes, _ := get(t, site+"/api/scenes", nil); !strings.Contains(scenes, "This demo") {
		t.Errorf("the playground does not know the demo's contract: %.300s", scenes)
	}
	if status, _, _ := get(t, site+"/elsewhere", nil); status != http.StatusNotFound {
		t.Errorf("/elsewhere answers %d", status)
	}
}

// TestForeignPages: a page of another site can't have tokens of the demo's issuer.
func TestForeignPages(t *testing.T) {
	site := address.FindString(serving(t, unset))
	status, body, _ := get(t, site+"/token", http.Header{"Sec-Fetch-Site": {"cross-site"}})
	if status != http.StatusForbidden {
		t.Errorf("a fetch from another site: %d %s", status, body)
	}
	if status, _, header := get(t, site+"/token", nil); status != http.StatusOK ||
		header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
		t.Errorf("curl: %d, %v", status, header)
	}
}

// TestPlaygroundAndAPIs: what the page does to the issuer, the printed lines feel.
func TestPlaygroundAndAPIs(t *testing.T) {
	s, _ := newTestSite(t)
	verifier, err := s.verifier()
	if err != nil {
		t.Fatal(err)
	}
	post := func(name, body string) string {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/api/"+name, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		data, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s %v", name, response.StatusCode, data, err)
		}
		return string(data)
	}
	var minted struct{ Token string }
	if err := json.Unmarshal([]byte(post("mint", `{"scene":"0"}`)), &minted); err != nil {
		t.Fatal(err)
	}
	if _, err := verifier.Verify(t.Context(), minted.Token); err != nil {
		t.Errorf("a token of the page: %v", err)
	}
	printed := strings.TrimSpace(askToken(t, s, "user=user_7").Body.String())
	if report := post("explain", `{"scene":"0","token":"`+printed+`"}`); !strings.Contains(report, `"accepted":true`) {
		t.Errorf("a token of /token on the page: %s", report)
	}
	post("act", `{"scene":"0","action":"hour"}`)
	if _, err := verifier.Verify(t.Context(), minted.Token); !errors.Is(err, core.CodeTokenExpired) {
		t.Errorf("an hour later: %v", err)
	}
}

func TestRealInstance(t *testing.T) {
	env := map[string]string{
		"CLERK_ISSUER_URL":         "https://clerk.northwind.example",
		"CLERK_AUTHORIZED_PARTIES": " https://app.northwind.example ,",
	}
	printed := serving(t, func(name string) string { return env[name] })
	for _, want := range []string{"https://clerk.northwind.example", "getToken()", "/api/profile"} {
		if !strings.Contains(printed, want) {
			t.Errorf("nothing is printed about %q:\n%s", want, printed)
		}
	}
	apis := address.FindAllString(printed, -1)
	if len(apis) == 0 {
		t.Fatalf("no address is printed:\n%s", printed)
	}
	status, body, _ := get(t, apis[0]+"/api/profile", nil)
	if status != http.StatusUnauthorized || !strings.Contains(body, string(core.CodeTokenMissing)) {
		t.Errorf("no token: %d %s", status, body)
	}
	if status, body, _ = get(t, apis[0]+"/api/public", nil); status != http.StatusOK {
		t.Errorf("/api/public: %d %s", status, body)
	}
}

func TestRealInstanceMistakes(t *testing.T) {
	env := map[string]string{"CLERK_ISSUER_URL": "http://clerk.northwind.example?x=1"}
	err := run(t.Context(), nil, func(name string) string { return env[name] }, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "CLERK_ISSUER_URL") || len(core.ConfigErrors(err)) == 0 {
		t.Errorf("got %v", err)
	}
}

func TestTakenPorts(t *testing.T) {
	var args []string
	var wanted []string
	for _, name := range []string{issuerName, "chi"} {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
		args = append(args, portFlag(name), port)
		wanted = append(wanted, "port "+port+" for "+name+" is taken: choose another with "+portFlag(name))
	}
	args = append(args, "-gin", "0", "-echo", "0", "-fiber", "0")
	err := run(t.Context(), args, unset, io.Discard)
	for _, want := range wanted {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}

func TestFlags(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"unknown flag":     {[]string{"-port", "1"}, "-port"},
		"no number":        {[]string{"-gin", "http"}, "-gin"},
		"too high":         {[]string{"-gin", "65536"}, "-gin 65536: a port is between 0 and 65535"},
		"negative":         {[]string{"-fiber", "-1"}, "-fiber -1: a port is between 0 and 65535"},
		"twice the same":   {[]string{"-echo", "8081"}, "-gin and -echo are both 8081"},
		"not a flag":       {[]string{"check"}, `"check" is not a flag`},
		"two mistakes (1)": {[]string{"-gin", "70000", "-chi", "-5"}, "-gin 70000"},
		"two mistakes (2)": {[]string{"-gin", "70000", "-chi", "-5"}, "-chi -5"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readConfig(c.args, unset, io.Discard)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-help"}, unset, &out); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("got %v", err)
	}
	for _, want := range []string{"-check", "-issuer-port", "-gin", "-echo", "-chi", "-fiber"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("-help does not list %s:\n%s", want, out.String())
		}
	}
}

func TestDefaultPorts(t *testing.T) {
	cfg, err := readConfig(nil, unset, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for name, port := range map[string]int{
		issuerName: 9000, "gin": 8081, "echo": 8082, "chi": 8083, "fiber": 8084,
		"echo5": 8085, "fiber3": 8086, "nethttp": 8087,
	} {
		if cfg.ports[name] != port {
			t.Errorf("%s has port %d, want %d", name, cfg.ports[name], port)
		}
	}
}
