package cli_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/authdoctor/internal/cli"
)

// TestServe runs the command until it is interrupted.
func TestServe(t *testing.T) {
	contract := writeFile(t, "contract.json", `{"provider":"clerk","issuer":"https://clerk.northwind.example"}`)
	ctx, interrupt := context.WithCancel(t.Context())
	printed, stdout := io.Pipe()
	env := &cli.Env{Stdin: strings.NewReader(""), Stdout: stdout, Stderr: io.Discard, Getenv: os.Getenv, Now: time.Now}
	ended := make(chan int, 1)
	go func() {
		code := cli.Run(ctx, []string{"serve", "--port", "0", "--contract", contract}, env)
		_ = stdout.Close() // ends a Read that waits for what a failed command never prints
		ended <- code
	}()
	first := make([]byte, 200)
	n, err := printed.Read(first)
	if err != nil {
		t.Fatal(err)
	}
	url := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).Find(first[:n])
	for path, want := range map[string]string{"/": "auth-go playground", "/api/scenes": `"Your contract"`} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, string(url)+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || !bytes.Contains(body, []byte(want)) {
			t.Errorf("%s: %v, %.200s", path, err, body)
		}
	}
	interrupt()
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestServeMistakes(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	run(t, "serve", "--port", port).want(t, 2, "port "+port+" is taken", "--port 0")
	run(t, "serve", "--port", "70000").want(t, 2, "between 0 and 65535")
	run(t, "serve", "--contract", writeFile(t, "c.json", `{"provider":"clerk"}`)).want(t, 2, "issuer")
}
