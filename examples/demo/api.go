package main

import (
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
)

// framework is one way to serve the API:
//
//	GET /api/profile   who is signed in
//	GET /api/admin     only for the role org:admin
//	GET /api/public    for everybody; greets a signed-in user by id
type framework struct {
	name  string
	port  int // by default
	serve func(source core.Authenticator, origins []string) server
}

func frameworks() []framework {
	return []framework{
		{"gin", 8081, ginAPI},
		{"echo", 8082, echoAPI},
		{"chi", 8083, chiAPI},
		{"fiber", 8084, fiberAPI},
		{"echo5", 8085, echo5API},
		{"fiber3", 8086, fiber3API},
		{"nethttp", 8087, netHTTPAPI},
	}
}

func frameworkNames() []string {
	var names []string
	for _, f := range frameworks() {
		names = append(names, f.name)
	}
	return names
}

// profile is the answer of /api/profile.
type profile struct {
	UserID         string `json:"userId"`
	SessionID      string `json:"sessionId"`
	OrganizationID string `json:"organizationId,omitempty"`
}

// greeting is the answer of the other routes.
type greeting struct {
	Message string `json:"message"`
}

func welcome(userID string) greeting {
	if userID == "" {
		return greeting{"Hello, stranger."}
	}
	return greeting{"Hello, " + userID + "."}
}

func welcomeAdmin(userID string) greeting { return greeting{userID + " may administer."} }

// admins is the policy of /api/admin.
func admins() core.Policy { return policy.Role("org:admin") }

// sentence returns the message for people; "" keeps the default.
func sentence(_ guard.Request, err *core.Error) string {
	if err.Code == core.CodeTokenExpired {
		return "Session expired. Please sign in again."
	}
	return ""
}
