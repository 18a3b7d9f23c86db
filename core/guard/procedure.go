package guard

import (
	"context"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// Procedure requires a session that satisfies the policies for calls of an RPC
// procedure, in addition to [Policies]. name is the full name of a method,
// "/package.Service/Method", or "/package.Service/*" for all methods of a service;
// the policies of both apply. Without policies it requires only a session, which
// has an effect together with [Optional]. It may be given several times.
//
// It is for gRPC and Connect, where the path names the procedure: a request is a
// call if its unescaped path contains the two segments of the name, even behind a
// prefix. Case matters, as it does for the handlers of both.
func Procedure(name string, policies ...core.Policy) Option {
	return option(func(s *settings) {
		service, method, ok := strings.Cut(strings.TrimPrefix(name, "/"), "/")
		if !ok || !strings.HasPrefix(name, "/") || service == "" || method == "" ||
			strings.ContainsAny(service, `*%{}\ `) || method != "*" && strings.ContainsAny(method, `/*%{}\ `) ||
			path.Clean(name) != name {
			s.faults.Invalid("Procedure", faults.Show(name),
				`must be the full name of a method, "/package.Service/Method", or "/package.Service/*"`)
			return
		}
		for _, p := range policies {
			if faults.IsNil(p) {
				s.faults.Missing("Procedure", "has a nil policy for "+quoted(name))
				return
			}
		}
		s.procedures.add(service, method, policies)
	})
}

// procedure holds the policies of a procedure, or of the other methods of a service.
type procedure struct {
	policies []core.Policy
	scopes   []string // that the policies ask for
}

// check is checkPolicies for a procedure that may have no policies.
func (p *procedure) check(s *core.Session, ofGuard []string) *core.Error {
	if p == nil {
		return nil
	}
	return checkPolicies(s, p.policies, ofGuard)
}

func (p *procedure) scopesAsked() []string {
	if p == nil {
		return nil
	}
	return p.scopes
}

// procedures are the options Procedure of a guard: policies by service and method,
// "*" for those of the whole service.
type procedures map[string]map[string]*procedure

func (p *procedures) empty() bool { return len(*p) == 0 }

func (p *procedures) add(service, method string, policies []core.Policy) {
	if *p == nil {
		*p = procedures{}
	}
	methods := (*p)[service]
	if methods == nil {
		methods = map[string]*procedure{}
		(*p)[service] = methods
	}
	if methods[method] == nil {
		methods[method] = &procedure{}
	}
	methods[method].policies = append(methods[method].policies, policies...)
}

// validate adds the mistakes that several options make together, and gives each
// method the policies of its service.
func (p *procedures) validate(s *settings) {
	if !p.empty() && s.bestEffort {
		s.faults.Conflict("Procedure", "", "cannot be combined with InsecureBestEffort, which lets rejected requests pass")
	}
	for service, methods := range *p {
		for method, own := range methods {
			if s.skipsPath("/" + service + "/" + method) {
				s.faults.Conflict("Procedure", faults.Show("/"+service+"/"+method),
					"is in SkipPaths too, so its policies would never be checked")
			}
			if all := methods["*"]; all != nil && method != "*" {
				own.policies = slices.Concat(all.policies, own.policies)
			}
			own.scopes = scopesOfAll(own.policies)
		}
	}
}

// find returns the policies for a request, nil if no option names its procedure. It
// looks at every pair of segments, the last first: a handler may be mounted behind a
// prefix, or for a whole subtree, and must be guarded in either case.
func (p *procedures) find(r Request) *procedure {
	if p.empty() {
		return nil
	}
	name := r.Path()
	if strings.Contains(name, "%") { // net/http handlers compare the unescaped path
		if unescaped, err := url.PathUnescape(name); err == nil {
			name = unescaped
		}
	}
	if !strings.HasPrefix(name, "/") {
		name = "/" + name
	}
	name = path.Clean(name)
	for end := len(name); end > 0; {
		slash := strings.LastIndexByte(name[:end], '/')
		if slash <= 0 {
			return nil
		}
		service := name[strings.LastIndexByte(name[:slash], '/')+1 : slash]
		if methods := (*p)[service]; methods != nil {
			if found := methods[name[slash+1:end]]; found != nil {
				return found
			}
			if found := methods["*"]; found != nil {
				return found
			}
		}
		end = slash
	}
	return nil
}

// checkProcedure checks the policies of the procedure that r calls. The session is
// s, or that of outer if s is nil.
func (g *Guard) checkProcedure(ctx context.Context, r Request, s *core.Session, outer *admission) *core.Error {
	p := g.procedures.find(r)
	if p == nil {
		return nil
	}
	if s == nil && outer != nil {
		s = outer.session
	}
	if s == nil {
		return g.reported(ctx, r, nil,
			reject(core.CodeTokenMissing, "the procedure requires a session and the request is anonymous"))
	}
	if err := p.check(s, g.scopes); err != nil {
		return g.reported(ctx, r, s, err)
	}
	return nil
}
