package realtest_test

import (
	"errors"
	"net"
	"net/http"
	"testing"

	"github.com/revstackhq/auth-go/internal/crosstest/doors"
)

// serve serves p by a door at l until the test ends.
func serve(t *testing.T, d doors.Door, p doors.Program, l net.Listener) {
	t.Helper()
	run, shutdown := d.Build(p)
	var served error
	stop := doors.Serve(l, func(l net.Listener) error {
		served = run(l)
		return served
	}, shutdown)
	t.Cleanup(func() {
		if err := errors.Join(stop(), served); err != nil && !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("%s: %v", d.Name, err)
		}
	})
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}
