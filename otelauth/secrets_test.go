package otelauth_test

import (
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/secrettest"
	"github.com/revstackhq/auth-go/otelauth"
)

// TestNoSecretInSight: spans and metrics about tokens of every kind show nothing of the tokens, and nothing the secret
// of the pseudonyms.
func TestNoSecretInSight(t *testing.T) {
	marks := secrettest.New()
	r := newRecorder(t, otelauth.WithPseudonyms(core.NewSecret(marks.Random("the secret of the pseudonyms"))))
	marks.Check(t, "the telemetry", r.Telemetry)
	_, err := otelauth.New(otelauth.WithPseudonyms(core.NewSecret(marks.Random("the short secret")[:12])))
	marks.CheckDeep(t, "the mistake", err)
	issuer := authtest.NewIssuer(t)
	v := newVerifier(t, issuer, r.Observer())
	ctx, span := r.tracer.Start(t.Context(), "request")
	good := marks.Add("the token", issuer.Token(authtest.Claims{"sub": marks.Random("the user id")}))
	s, err := v.Verify(ctx, good)
	if err != nil {
		t.Fatal(err)
	}
	r.Annotate(core.NewContext(ctx, s))
	for _, bad := range issuer.Bad(issuer.Contract(), good) {
		if strings.Count(bad.Token, ".") == 2 && len(bad.Token) > 64 {
			marks.Add("the token with "+bad.Name, bad.Token)
		}
		_, _ = v.Verify(ctx, bad.Token)
	}
	span.End()
	ended := r.spans.Ended()
	if len(ended) < 2 {
		t.Errorf("%d spans", len(ended))
	}
	for _, span := range ended {
		marks.Check(t, "the attributes of "+span.Name(), span.Attributes())
		marks.Check(t, "the events of "+span.Name(), span.Events())
		marks.Check(t, "the status of "+span.Name(), span.Status())
	}
	marks.Check(t, "the metrics", r.collect(t))
}
