package logout

import (
	"crypto/hmac"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// standardWebhook verifies deliveries signed as Standard Webhooks 1.0 and Svix say:
// HMAC-SHA256 of id, time and body.
type standardWebhook struct {
	key func() []byte // a closure, so that reflection cannot print it
}

const (
	standardTolerance = 5 * time.Minute // of Svix's libraries
	maxSignatures     = 16              // a rotation has two
)

// newStandardWebhook reads a secret, "whsec_" and base64.
func newStandardWebhook(f *configErrors, field string, secret core.Secret) *standardWebhook {
	encoded, ok := strings.CutPrefix(secret.Reveal(), "whsec_")
	key, err := base64.StdEncoding.Strict().DecodeString(encoded)
	switch {
	case secret.IsZero(): // reported already
	case !ok:
		f.Invalid(field, "", "does not begin with whsec_: copy the signing secret of the endpoint")
	case err != nil:
		f.Invalid(field, "", "is not whsec_ and base64: copy the whole signing secret of the endpoint")
	case len(key) < minSecretBytes:
		f.Invalid(field, "", "holds a key of %d bytes, at least %d are needed", len(key), minSecretBytes)
	}
	return &standardWebhook{func() []byte { return key }}
}

func (s *standardWebhook) verify(r *http.Request, body []byte, now time.Time) (string, time.Time, *failure) {
	prefix := "svix-"
	if r.Header.Get("Webhook-Id") != "" {
		prefix = "webhook-"
	}
	for _, name := range []string{"id", "timestamp", "signature"} {
		if len(r.Header.Values(prefix+name)) != 1 {
			return "", time.Time{}, fail(badCredentials, "the request must have the header "+prefix+name+" once", nil)
		}
	}
	id, stamp, signatures := r.Header.Get(prefix+"id"), r.Header.Get(prefix+"timestamp"), r.Header.Get(prefix+"signature")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || seconds < 0 || len(id) > maxValueBytes || id == "" {
		return "", time.Time{}, fail(badCredentials, "the id or the time of the message is malformed", nil)
	}
	sent := time.Unix(seconds, 0)
	if !near(sent, now, standardTolerance) {
		return "", time.Time{}, fail(badCredentials, "the message was sent too long ago, or the clocks differ", nil)
	}
	want := macOf(s.key(), []byte(id), []byte(stamp), body)
	if !anySignature(signatures, want) {
		return "", time.Time{}, fail(badCredentials, "no signature fits the secret", nil)
	}
	return id, sent, nil
}

// anySignature reports whether one of the signatures in list, separated by
// spaces, is want. It skips signatures of other versions, such as v1a.
func anySignature(list string, want []byte) bool {
	found := false
	expected := []byte(base64.StdEncoding.EncodeToString(want))
	for n, one := range strings.Split(list, " ") {
		if n == maxSignatures {
			break
		}
		if encoded, ok := strings.CutPrefix(one, "v1,"); ok && hmac.Equal([]byte(encoded), expected) {
			found = true
		}
	}
	return found
}
