package mcpauth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"github.com/revstackhq/auth-go/core"
)

const minSessionKey = 32

// sessions binds the ids of protocol sessions to users. The id that a client sees is
// that of the server, followed by an authentication tag over the id and the user. So a
// stolen or guessed id is useless to another user, no table of sessions must be bounded or
// shared, and the server sees only its own ids.
type sessions struct{ key []byte }

func newSessions(key core.Secret) *sessions {
	if s := key.Reveal(); s != "" {
		return &sessions{[]byte(s)}
	}
	random := make([]byte, minSessionKey)
	_, _ = rand.Read(random) // never fails
	return &sessions{random}
}

// tag returns 128 bits that cannot be computed without the key. s is nil for an
// anonymous request.
func (b *sessions) tag(id string, s *core.Session) string {
	mac := hmac.New(sha256.New, b.key)
	parts := []string{"mcp session", id, "anonymous"}
	if s != nil {
		parts = []string{"mcp session", id, "user", s.Issuer(), s.UserID()}
	}
	for _, part := range parts { // with lengths, so that no two lists have the same bytes
		_, _ = mac.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// seal returns the id for the client.
func (b *sessions) seal(id string, s *core.Session) string { return id + "." + b.tag(id, s) }

// open returns the server's id, and false if the id was not made for this user. A session
// that an anonymous client opened remains its own after it signed in.
func (b *sessions) open(sealed string, s *core.Session) (string, bool) {
	dot := strings.LastIndexByte(sealed, '.')
	if dot < 0 {
		return "", false
	}
	id, tag := sealed[:dot], []byte(sealed[dot+1:])
	ofUser := s != nil && hmac.Equal(tag, []byte(b.tag(id, s)))
	return id, ofUser || hmac.Equal(tag, []byte(b.tag(id, nil)))
}

// sealingWriter seals the session id in the header of an answer.
type sealingWriter struct {
	http.ResponseWriter

	seal func(id string) string
	done bool
}

func (w *sealingWriter) sealHeader() {
	if w.done {
		return
	}
	w.done = true
	if ids := w.Header()[headerSession]; len(ids) > 0 && ids[0] != "" {
		w.Header()[headerSession] = []string{w.seal(ids[0])}
	}
}

func (w *sealingWriter) WriteHeader(status int) {
	if status >= http.StatusOK || status == http.StatusSwitchingProtocols { // an interim answer has no session
		w.sealHeader()
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *sealingWriter) Write(b []byte) (int, error) {
	w.sealHeader()
	return w.ResponseWriter.Write(b)
}

// FlushError implements the flushing of http.ResponseController.
func (w *sealingWriter) FlushError() error {
	w.sealHeader()
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Flush implements http.Flusher.
func (w *sealingWriter) Flush() { _ = w.FlushError() }

// Unwrap gives http.ResponseController the rest: deadlines and full duplex.
func (w *sealingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
