package main

import (
	"net/http"
	"strings"

	sdk "github.com/clerk/clerk-sdk-go/v2"
	sdkhttp "github.com/clerk/clerk-sdk-go/v2/http"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/jwtauth/v5"
	"github.com/golang-jwt/jwt/v5"
	echojwt "github.com/labstack/echo-jwt/v4"
	"github.com/labstack/echo/v4"

	"github.com/revstackhq/auth-go/chiauth"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/echoauth"
	"github.com/revstackhq/auth-go/ginauth"
)

// handClaims make every check by hand for middlewares that pass no options to
// golang-jwt.
type handClaims struct{ bareClaims }

// Validate is called by golang-jwt after its own checks.
func (c *handClaims) Validate() error {
	if c.ExpiresAt == 0 {
		return errExpired
	}
	return byHand(&c.Claims, true, true)
}

// pinned returns the keys for tokens of one algorithm only.
func (f *fixture) pinned() jwt.Keyfunc {
	keys := f.keyfunc()
	return func(t *jwt.Token) (any, error) {
		if t.Method.Alg() != f.alg {
			return nil, jwt.ErrTokenSignatureInvalid
		}
		return keys(t)
	}
}

func ginApp(read func(*gin.Context) string, guard ...gin.HandlerFunc) app {
	gin.SetMode(gin.ReleaseMode)
	var user string
	e := gin.New()
	e.Use(guard...)
	e.GET("/api/profile", func(c *gin.Context) {
		user = read(c)
		c.Status(http.StatusOK)
	})
	return serveHTTP(e, &user)
}

func ginApps() framework {
	return framework{
		name: "gin",
		bare: ginApp(func(*gin.Context) string { return "" }),
		variants: append(guarded(func(source core.Authenticator, claims bool) app {
			read := ginauth.UserID
			if claims {
				read = func(c *gin.Context) string { return subjectOf(ginauth.Claims[clerk.Claims](c)) }
			}
			return ginApp(read, ginauth.New(source))
		}), variant{"golang-jwt v5 + keyfunc v3", ginByHand}),
	}
}

// ginByHand is the middleware that gin's users write.
func ginByHand(f *fixture) app {
	keys := f.keyfunc()
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{f.alg}),
		jwt.WithIssuer(issuerURL),
		jwt.WithExpirationRequired(),
		jwt.WithLeeway(leeway),
	)
	return ginApp(func(c *gin.Context) string { return c.MustGet("claims").(*partyClaims).Subject }, func(c *gin.Context) {
		token, ok := strings.CutPrefix(c.GetHeader("Authorization"), "Bearer ")
		if !ok {
			c.AbortWithStatus(http.StatusUnauthorized)
			return
		}
		claims := &partyClaims{}
		if _, err := parser.ParseWithClaims(token, claims, keys); err != nil {
			c.AbortWithStatus(http.StatusUnauthorized)
			return
		}
		c.Set("claims", claims)
	})
}

func echoApp(read func(echo.Context) string, guard ...echo.MiddlewareFunc) app {
	var user string
	e := echo.New()
	e.GET("/api/profile", func(c echo.Context) error {
		user = read(c)
		return c.NoContent(http.StatusOK)
	}, guard...)
	return serveHTTP(e, &user)
}

func echoApps() framework {
	return framework{
		name: "echo",
		bare: echoApp(func(echo.Context) string { return "" }),
		variants: append(guarded(func(source core.Authenticator, claims bool) app {
			read := echoauth.UserID
			if claims {
				read = func(c echo.Context) string { return subjectOf(echoauth.Claims[clerk.Claims](c)) }
			}
			return echoApp(read, echoauth.New(source))
		}), variant{"echo-jwt v4", func(f *fixture) app {
			return echoApp(func(c echo.Context) string {
				return c.Get("user").(*jwt.Token).Claims.(*handClaims).Subject
			}, echojwt.WithConfig(echojwt.Config{
				KeyFunc: f.pinned(), NewClaimsFunc: func(echo.Context) jwt.Claims { return &handClaims{} },
			}))
		}}),
	}
}

func chiApp(read func(*http.Request) string, guard ...func(http.Handler) http.Handler) app {
	var user string
	r := chi.NewRouter()
	r.Use(guard...)
	r.Get("/api/profile", func(w http.ResponseWriter, r *http.Request) {
		user = read(r)
		w.WriteHeader(http.StatusOK)
	})
	return serveHTTP(r, &user)
}

func chiApps() framework {
	return framework{
		name: "chi",
		bare: chiApp(func(*http.Request) string { return "" }),
		variants: append(guarded(func(source core.Authenticator, claims bool) app {
			read := func(r *http.Request) string { return chiauth.UserID(r.Context()) }
			if claims {
				read = func(r *http.Request) string { return subjectOf(chiauth.Claims[clerk.Claims](r.Context())) }
			}
			return chiApp(read, chiauth.New(source))
		}), variant{"jwtauth v5 (jwx v2)", func(f *fixture) app {
			auth := newJWTAuth(f)
			return chiApp(func(r *http.Request) string {
				t, _, err := jwtauth.FromContext(r.Context())
				if err != nil {
					return ""
				}
				return jwx2Claims(t).Subject
			}, jwtauth.Verifier(auth), jwtauth.Authenticator(auth))
		}}, variant{"clerk-sdk-go v2", chiClerk}),
	}
}

// chiClerk gives Clerk's middleware its key with an option of our own: the
// SDK's JSONWebKey would parse PEM on every request.
func chiClerk(f *fixture) app {
	key := &sdk.JSONWebKey{Key: f.public, KeyID: keyID, Algorithm: f.alg, Use: "sig"}
	return chiApp(func(r *http.Request) string {
		claims, ok := sdk.SessionClaimsFromContext(r.Context())
		if !ok || claims.Issuer != issuerURL {
			return ""
		}
		return claims.Subject
	}, sdkhttp.RequireHeaderAuthorization(
		func(p *sdkhttp.AuthorizationParams) error { p.JWK = key; return nil },
		sdkhttp.AuthorizedPartyMatches(party), sdkhttp.Leeway(leeway),
	), handIssuer)
}

// handIssuer adds what the SDK leaves open: it accepts every issuer whose name
// begins as Clerk's do.
func handIssuer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if claims, ok := sdk.SessionClaimsFromContext(r.Context()); !ok || claims.Issuer != issuerURL {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}
