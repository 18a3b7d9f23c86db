package main

import (
	"github.com/go-chi/jwtauth/v5"
	jwt2 "github.com/lestrrat-go/jwx/v2/jwt"
	jwa3 "github.com/lestrrat-go/jwx/v3/jwa"
	jwk3 "github.com/lestrrat-go/jwx/v3/jwk"
	jwt3 "github.com/lestrrat-go/jwx/v3/jwt"

	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// jwx keeps claims by name: its user takes them out one by one. All its checks
// are options.
func jwx(f *fixture, _ bool) verify {
	key := must(jwk3.Import(f.public))
	alg, _ := jwa3.LookupSignatureAlgorithm(f.alg)
	for name, value := range map[string]any{jwk3.KeyIDKey: keyID, jwk3.AlgorithmKey: alg, jwk3.KeyUsageKey: "sig"} {
		must(0, key.Set(name, value))
	}
	set := jwk3.NewSet()
	must(0, set.AddKey(key))
	options := []jwt3.ParseOption{
		jwt3.WithKeySet(set), jwt3.WithIssuer(issuerURL), jwt3.WithRequiredClaim("exp"), jwt3.WithAcceptableSkew(leeway),
		jwt3.WithClaimValue("azp", party),
		jwt3.WithTypedClaim("o", clerk.ActiveOrganization{}), jwt3.WithTypedClaim("fva", []int(nil)),
	}
	return func(token string) (string, *clerk.Claims, error) {
		t, err := jwt3.ParseString(token, options...)
		if err != nil {
			return "", nil, err
		}
		c, err := jwx3Claims(t)
		return c.Subject, c, err
	}
}

func jwx3Claims(t jwt3.Token) (*clerk.Claims, error) {
	c := &clerk.Claims{}
	c.Issuer, _ = t.Issuer()
	c.Subject, _ = t.Subject()
	c.ID, _ = t.JwtID()
	if at, ok := t.Expiration(); ok {
		c.ExpiresAt = at.Unix()
	}
	if at, ok := t.NotBefore(); ok {
		c.NotBefore = at.Unix()
	}
	if at, ok := t.IssuedAt(); ok {
		c.IssuedAt = at.Unix()
	}
	var version float64
	var org clerk.ActiveOrganization
	for _, claim := range [...]struct {
		name string
		dst  any
	}{
		{"azp", &c.AuthorizedParty},
		{"sid", &c.SessionID},
		{"sts", &c.Status},
		{"fea", &c.Features},
		{"pla", &c.Plan},
		{"fva", &c.FactorAges},
		{"o", &org},
		{"v", &version},
	} {
		if err := t.Get(claim.name, claim.dst); err != nil {
			return c, err
		}
	}
	c.Active, c.Version = &org, int(version)
	return c, nil
}

// jwtauth is chi's; its middleware calls VerifyToken.
func newJWTAuth(f *fixture) *jwtauth.JWTAuth {
	return jwtauth.New(f.alg, f.private, verifyKey(f), jwt2.WithIssuer(issuerURL), jwt2.WithRequiredClaim("exp"),
		jwt2.WithAcceptableSkew(leeway), jwt2.WithClaimValue("azp", party))
}

func verifyKey(f *fixture) any {
	if f.alg == "HS256" {
		return nil // the signing key is it
	}
	return f.public
}

func jwtauthToken(f *fixture, _ bool) verify {
	auth := newJWTAuth(f)
	return func(token string) (string, *clerk.Claims, error) {
		t, err := jwtauth.VerifyToken(auth, token)
		if err != nil {
			return "", nil, err
		}
		c := jwx2Claims(t)
		return c.Subject, c, nil
	}
}

func jwx2Claims(t jwt2.Token) *clerk.Claims {
	c := &clerk.Claims{
		Issuer: t.Issuer(), Subject: t.Subject(), ID: t.JwtID(),
		ExpiresAt: t.Expiration().Unix(), NotBefore: t.NotBefore().Unix(), IssuedAt: t.IssuedAt().Unix(),
		AuthorizedParty: text(t.Get("azp")), SessionID: text(t.Get("sid")), Status: text(t.Get("sts")),
		Features: text(t.Get("fea")), Plan: text(t.Get("pla")),
	}
	if v, ok := t.Get("v"); ok {
		n, _ := v.(float64)
		c.Version = int(n)
	}
	if v, ok := t.Get("fva"); ok {
		ages, _ := v.([]any)
		for _, a := range ages {
			n, _ := a.(float64)
			c.FactorAges = append(c.FactorAges, int(n))
		}
	}
	if v, ok := t.Get("o"); ok {
		o, _ := v.(map[string]any)
		c.Active = &clerk.ActiveOrganization{
			ID: text(o["id"], true), Slug: text(o["slg"], true), Role: text(o["rol"], true),
			Permissions: text(o["per"], true), FeaturePermissionBits: text(o["fpm"], true),
		}
	}
	return c
}

func text(v any, _ bool) string {
	s, _ := v.(string)
	return s
}
