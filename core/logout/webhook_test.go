package logout_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/logout"
)

const (
	svixKey      = "0123456789abcdef01234567"
	workosSecret = "workos-secret-0123456789"
	plainSecret  = "a-long-shared-secret-for-the-webhook"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func svixSecret() core.Secret {
	return core.NewSecret("whsec_" + base64.StdEncoding.EncodeToString([]byte(svixKey)))
}

func mac(key, text string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return h.Sum(nil)
}

// svix returns the header fields of a delivery.
func svix(prefix, id string, at time.Time, body string) []string {
	stamp := itoa(at.Unix())
	signature := base64.StdEncoding.EncodeToString(mac(svixKey, id+"."+stamp+"."+body))
	return []string{prefix + "id", id, prefix + "timestamp", stamp, prefix + "signature", "v1," + signature}
}

func workos(at time.Time, body string) []string {
	stamp := itoa(at.UnixMilli())
	return []string{"WorkOS-Signature", "t=" + stamp + ", v1=" + hex.EncodeToString(mac(workosSecret, stamp+"."+body))}
}

func supabase(string) []string { return []string{"Authorization", "Bearer " + plainSecret} }

func (f *fixture) clerk() *logout.Handler {
	f.t.Helper()
	h, err := logout.NewClerk(f.verifier, svixSecret(), f.sink)
	return must(f.t, h, err)
}

func (f *fixture) workos() *logout.Handler {
	f.t.Helper()
	h, err := logout.NewWorkOS(f.verifier, core.NewSecret(workosSecret), f.sink)
	return must(f.t, h, err)
}

func (f *fixture) supabase() *logout.Handler {
	f.t.Helper()
	h, err := logout.NewSupabase(f.verifier, core.NewSecret(plainSecret), f.sink)
	return must(f.t, h, err)
}

func TestWebhooks(t *testing.T) {
	session := func(f *fixture) []logout.Entry { return []logout.Entry{f.session("s1")} }
	user := func(f *fixture) []logout.Entry { return []logout.Entry{f.user(0)} }
	earlier := func(f *fixture) []logout.Entry { return []logout.Entry{f.user(-time.Minute)} }
	none := func(*fixture) []logout.Entry { return nil }
	clerk := func(f *fixture) *logout.Handler { return f.clerk() }
	signed := func(body string) []string { return svix("svix-", "msg_1", epoch(), body) }
	for name, tt := range map[string]struct {
		handler func(f *fixture) *logout.Handler
		sign    func(body string) []string
		body    string
		want    func(f *fixture) []logout.Entry
	}{
		"clerk session.revoked": {
			clerk,
			signed,
			`{"type":"session.revoked","object":"event","data":{"object":"session","id":"s1","user_id":"user_1"}}`,
			session,
		},
		"clerk session.ended":   {clerk, signed, `{"type":"session.ended","data":{"id":"s1"}}`, session},
		"clerk session.removed": {clerk, signed, `{"type":"session.removed","data":{"id":"s1"}}`, session},
		"clerk user.deleted": {
			clerk,
			signed,
			`{"type":"user.deleted","data":{"id":"user_1","object":"user","deleted":true}}`,
			user,
		},
		"clerk user.deleted a minute ago": {
			clerk, signed, `{"type":"user.deleted","data":{"id":"user_1"},` +
				`"timestamp":` + itoa(epoch().Add(-time.Minute).UnixMilli()) + `}`, earlier,
		},
		"clerk, at a time in the future": {
			clerk, signed, `{"type":"user.deleted","data":{"id":"user_1"},` +
				`"timestamp":` + itoa(epoch().Add(time.Hour).UnixMilli()) + `}`, user,
		},
		"clerk, sent by a fast clock": {
			clerk, func(body string) []string { return svix("svix-", "m", epoch().Add(4*time.Minute), body) },
			`{"type":"user.deleted","data":{"id":"user_1"}}`, user,
		},
		"clerk user.updated, banned": {clerk, signed, `{"type":"user.updated","data":{"id":"user_1","banned":true}}`, user},
		"clerk user.updated": {clerk, signed, `{"type":"user.updated","data":{"id":"user_1",` +
			`"banned":false}}`, none},
		"clerk session.created": {clerk, signed, `{"type":"session.created","data":{"id":"s1"}}`, none},
		"clerk, signed twice during a rotation": {clerk, func(body string) []string {
			fields := signed(body)
			fields[5] = "v1," + base64.StdEncoding.EncodeToString(mac("old", "x")) + " v1a,AAAA " + fields[5]
			return fields
		}, `{"type":"session.ended","data":{"id":"s1"}}`, session},
		"Standard Webhooks names": {clerk, func(body string) []string {
			return svix("webhook-", "msg_1", epoch(), body)
		}, `{"type":"session.ended","data":{"id":"s1"}}`, session},

		"workos session.revoked": {
			(*fixture).workos, func(body string) []string { return workos(epoch(), body) },
			`{"id":"event_1","event":"session.revoked","data":{"object":"session","id":"s1","user_id":"user_1"}}`, session,
		},
		"workos user.deleted": {
			(*fixture).workos, func(body string) []string { return workos(epoch(), body) },
			`{"id":"event_1","event":"user.deleted","data":{"id":"user_1"},` +
				`"created_at":"` + epoch().Add(-time.Minute).Format("2006-01-02T15:04:05.000Z") + `"}`, earlier,
		},
		"workos user.created": {
			(*fixture).workos, func(body string) []string { return workos(epoch(), body) },
			`{"id":"event_1","event":"user.created","data":{"id":"user_1"}}`, none,
		},

		"supabase session": {
			(*fixture).supabase, supabase,
			`{"type":"DELETE","table":"sessions","schema":"auth","record":null,"old_record":{"id":"s1",` +
				`"user_id":"user_1"}}`, session,
		},
		"supabase user": {
			(*fixture).supabase, supabase,
			`{"type":"DELETE","table":"users","schema":"auth","record":null,"old_record":{"id":"user_1"}}`, user,
		},
		"supabase ban": {
			(*fixture).supabase, supabase,
			`{"type":"UPDATE","table":"users","schema":"auth","record":{"id":"user_1",` +
				`"banned_until":"2027-02-01T00:00:00+00:00"},"old_record":{"id":"user_1"}}`, user,
		},
		"supabase ban that is over": {
			(*fixture).supabase, supabase,
			`{"type":"UPDATE","table":"users","schema":"auth","record":{"id":"user_1",` +
				`"banned_until":"2026-02-01T00:00:00+00:00"},"old_record":{"id":"user_1"}}`, none,
		},
		"supabase soft delete": {
			(*fixture).supabase, supabase,
			`{"type":"UPDATE","table":"users","schema":"auth","record":{"id":"user_1",` +
				`"deleted_at":"2027-01-15T07:59:59.123456+00:00"},"old_record":{}}`, user,
		},
		"supabase sign-in": {
			(*fixture).supabase, supabase,
			`{"type":"UPDATE","table":"users","schema":"auth","record":{"id":"user_1","banned_until":null},` +
				`"old_record":{"id":"user_1"}}`, none,
		},
		"supabase, another schema": {
			(*fixture).supabase, supabase,
			`{"type":"DELETE","table":"users","schema":"public","record":null,"old_record":{"id":"user_1"}}`, none,
		},
		"supabase, signed": {
			func(f *fixture) *logout.Handler {
				h, err := logout.NewSupabase(f.verifier, core.NewSecret("v1,"+svixSecret().Reveal()), f.sink)
				return must(f.t, h, err)
			},
			func(body string) []string { return svix("webhook-", "m", epoch(), body) },
			`{"type":"DELETE","table":"sessions","schema":"auth","record":null,"old_record":{"id":"s1"}}`, session,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			h := tt.handler(f)
			for range 2 { // a delivery that is repeated is confirmed again, and changes nothing
				w := post(t, h, "application/json; charset=utf-8", tt.body, tt.sign(tt.body)...)
				if w.Code != http.StatusOK || body(t, w) != "" {
					t.Errorf("got %d %s", w.Code, w.Body)
				}
			}
			f.expect(tt.want(f)...)
		})
	}
}

func TestWebhooksRefuse(t *testing.T) {
	const good = `{"type":"session.ended","data":{"id":"s1"}}`
	const goodWorkOS = `{"id":"e","event":"session.revoked","data":{"id":"s1"}}`
	const goodSupabase = `{"type":"DELETE","table":"sessions","schema":"auth","record":null,"old_record":{"id":"s1"}}`
	f := newFixture(t)
	clerk, workOS, supa := f.clerk(), f.workos(), f.supabase()
	fields := svix("svix-", "msg_1", epoch(), good)
	with := func(at int, value string) []string {
		changed := append([]string{}, fields...)
		changed[at] = value
		return changed
	}
	workosFields := workos(epoch(), goodWorkOS)
	for name, tt := range map[string]struct {
		handler *logout.Handler
		body    string
		fields  []string
		status  int
	}{
		"unsigned":           {clerk, good, nil, 401},
		"another body":       {clerk, strings.Replace(good, "s1", "s2", 1), fields, 401},
		"another id":         {clerk, good, with(1, "msg_2"), 401},
		"another time":       {clerk, good, with(3, itoa(epoch().Unix()+1)), 401},
		"no time":            {clerk, good, with(3, "now"), 401},
		"a negative time":    {clerk, good, with(3, "-1"), 401},
		"an empty signature": {clerk, good, with(5, "v1,"), 401},
		"another version":    {clerk, good, with(5, strings.Replace(fields[5], "v1,", "v2,", 1)), 401},
		"not base64":         {clerk, good, with(5, "v1,!!"), 401},
		"id twice":           {clerk, good, append(with(1, "msg_1"), "svix-id", "msg_1"), 401},
		"behind too many":    {clerk, good, with(5, strings.Repeat("v1,AAAA ", 16)+fields[5]), 401},
		"too old":            {clerk, good, svix("svix-", "m", epoch().Add(-6*time.Minute), good), 401},
		"too new":            {clerk, good, svix("svix-", "m", epoch().Add(6*time.Minute), good), 401},
		"not JSON":           {clerk, "x", svix("svix-", "m", epoch(), "x"), 400},
		"no type":            {clerk, "{}", svix("svix-", "m", epoch(), "{}"), 400},
		"no data":            {clerk, `{"type":"a"}`, svix("svix-", "m", epoch(), `{"type":"a"}`), 400},
		"no id": {
			clerk,
			`{"type":"session.ended","data":{}}`,
			svix("svix-", "m", epoch(), `{"type":"session.ended","data":{}}`),
			400,
		},
		"workos unsigned":      {workOS, goodWorkOS, nil, 401},
		"workos, another body": {workOS, strings.Replace(goodWorkOS, "s1", "s2", 1), workosFields, 401},
		"workos, another time": {
			workOS,
			goodWorkOS,
			[]string{"WorkOS-Signature", strings.Replace(workosFields[1], "t=1", "t=2", 1)},
			401,
		},
		"workos, too old": {workOS, goodWorkOS, workos(epoch().Add(-4*time.Minute), goodWorkOS), 401},
		"workos, no signature": {
			workOS,
			goodWorkOS,
			[]string{"WorkOS-Signature", strings.Split(workosFields[1], ",")[0]},
			401,
		},
		"workos, empty signature": {
			workOS,
			goodWorkOS,
			[]string{"WorkOS-Signature", "t=" + itoa(epoch().UnixMilli()) + ", v1="},
			401,
		},
		"workos, short header":      {workOS, goodWorkOS, []string{"WorkOS-Signature", "t"}, 401},
		"workos, twice":             {workOS, goodWorkOS, append(workos(epoch(), goodWorkOS), workosFields...), 401},
		"workos, no event":          {workOS, "{}", workos(epoch(), "{}"), 400},
		"workos, no id":             {workOS, `{"event":"a","data":{}}`, workos(epoch(), `{"event":"a","data":{}}`), 400},
		"supabase without a secret": {supa, goodSupabase, nil, 401},
		"supabase, another secret":  {supa, goodSupabase, []string{"Authorization", "Bearer " + plainSecret + "x"}, 401},
		"supabase, no row":          {supa, strings.Replace(goodSupabase, `{"id":"s1"}`, "null", 1), supabase(""), 400},
		"supabase, no type":         {supa, "{}", supabase(""), 400},
		"too large":                 {supa, `{"x":"` + strings.Repeat("x", 512<<10) + `"}`, supabase(""), 400},
	} {
		w := post(t, tt.handler, jsonType, tt.body, tt.fields...)
		if w.Code != tt.status {
			t.Errorf("%s: got %d %s, want %d", name, w.Code, w.Body, tt.status)
		}
	}
	f.expect()
	if strings.Contains(f.log.String(), plainSecret) || strings.Contains(f.log.String(), workosSecret) {
		t.Error("the log has a secret")
	}
	f.sink.down = true
	if w := post(t, clerk, jsonType, good, fields...); w.Code != http.StatusServiceUnavailable {
		t.Errorf("sink down: %d", w.Code)
	}
	f.sink.down = false
	if w := post(t, clerk, jsonType, good, fields...); w.Code != http.StatusOK {
		t.Errorf("the good delivery after all that: %d %s", w.Code, w.Body)
	}
	f.expect(f.session("s1"))
}

// TestWebhookIssuers: a webhook says nothing of the issuer, so that every one that
// the contract accepts is meant; a contract that accepts any is refused.
func TestWebhookIssuers(t *testing.T) {
	f := newFixture(t, func(r *core.Rules) { r.Issuers = []string{"https://satellite.example"} })
	const event = `{"type":"session.ended","data":{"id":"s1"}}`
	post(t, f.clerk(), jsonType, event, svix("svix-", "m", epoch(), event)...)
	other := f.session("s1")
	other.Issuer = "https://satellite.example"
	f.expect(f.session("s1"), other)

	open := newFixture(t, func(r *core.Rules) { r.Issuer, r.InsecureAnyIssuer = "", true })
	if _, err := logout.NewClerk(open.verifier, svixSecret(), open.sink); len(core.ConfigErrors(err)) != 1 {
		t.Errorf("a contract for any issuer: %v", err)
	}
}
