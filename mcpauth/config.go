package mcpauth

import (
	"fmt"
	"reflect"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// Others is the key of the policy for all names that a map does not list.
const Others = "*"

// Config says which policies the operations of a server require. Every policy that
// applies to an operation must hold. Policies for all requests, even those without a
// message, are an option of the guard: guard.Policies. The zero value requires nothing
// more than the guard.
type Config struct {
	// Methods are policies by JSON-RPC method: the one for "tools/call" applies to every
	// tool.
	Methods map[string]core.Policy
	// Tools and Prompts are policies by name, that of a prompt also for the completion of
	// its arguments. Resources are policies by URI, for reading and for subscribing, also by
	// "subscriptions/listen". A URI is compared exactly; give a policy to [Others] or to the
	// method "resources/read" if the server accepts several spellings of one resource.
	Tools     map[string]core.Policy
	Prompts   map[string]core.Policy
	Resources map[string]core.Policy
	// For returns one more policy, for what a map can't list, such as the resources of a
	// template; nil for none. It must be safe for concurrent use. It is also called for what
	// a client without a token names. If it panics, the operation is refused.
	For func(op Operation) core.Policy

	// MaxBodyBytes is the largest body that is read, 4 MiB by default. A larger one is
	// rejected with status 413.
	MaxBodyBytes int64
	// SessionKey binds session ids to users. By default it is made at random for each
	// guard, so that a restart ends all sessions; processes that share sessions need the
	// same key. It must have at least 32 bytes.
	SessionKey core.Secret
}

// Operation is a request or notification of a client. Some are several: "subscriptions/listen"
// is also "resources/subscribe" of each resource that it names, and "completion/complete" is
// also "prompts/get" of its prompt.
type Operation struct {
	// Method is the JSON-RPC method.
	Method string
	// Name is that of the tool or prompt, or the URI of the resource; "" for other
	// methods.
	Name string
}

const defaultMaxBody = 4 << 20 // that of the SDK

func (c *Config) maxBody() int64 {
	if c.MaxBodyBytes == 0 {
		return defaultMaxBody
	}
	return c.MaxBodyBytes
}

// rules are a Config, prepared.
type rules struct {
	methods map[string]core.Policy
	names   map[string]map[string]core.Policy // by method, then by name
	dynamic func(Operation) core.Policy
	// known are the requirements of what the maps list, made once.
	known  map[Operation]*guard.Requirement
	scopes map[Operation][]string
}

func newRules(c Config) *rules {
	checkConfig(&c)
	r := &rules{
		methods: c.Methods,
		names: map[string]map[string]core.Policy{
			methodCallTool: c.Tools, methodGetPrompt: c.Prompts,
			methodReadResource: c.Resources, methodSubscribe: c.Resources,
		},
		dynamic: c.For,
		known:   map[Operation]*guard.Requirement{},
		scopes:  map[Operation][]string{},
	}
	for method := range c.Methods {
		r.remember(Operation{Method: method})
	}
	for method, names := range r.names {
		r.remember(Operation{Method: method})
		for name := range names {
			r.remember(Operation{Method: method, Name: name})
		}
	}
	return r
}

func (r *rules) remember(op Operation) {
	if policies := r.listed(op); len(policies) > 0 {
		r.known[op], r.scopes[op] = guard.Require(policies...), scopesOf(policies)
	}
}

// listed returns the policies of the maps.
func (r *rules) listed(op Operation) []core.Policy {
	var policies []core.Policy
	if p, ok := r.methods[op.Method]; ok {
		policies = append(policies, p)
	}
	names := r.names[op.Method]
	if p, ok := names[op.Name]; ok {
		policies = append(policies, p)
	} else if p, ok := names[Others]; ok {
		policies = append(policies, p)
	}
	return policies
}

func (r *rules) policies(op Operation) []core.Policy {
	policies := r.listed(op)
	if r.dynamic != nil {
		if p := ask(r.dynamic, op); !isNil(p) {
			policies = append(policies, p)
		}
	}
	return policies
}

// ask calls For. If it panics, nobody is let in: the constructors of policies panic on what is a mistake of the program
// elsewhere, such as a scope with a space, and here comes from a client, even from one without a token.
func ask(dynamic func(Operation) core.Policy, op Operation) (p core.Policy) {
	defer func() {
		if v := recover(); v != nil {
			p = refusal(fmt.Sprintf("Config.For panicked: %.200s", fmt.Sprint(v)))
		}
	}()
	return dynamic(op)
}

// refusal is a policy that never holds.
type refusal string

func (r refusal) Check(*core.Session) error {
	return &core.Error{Code: core.CodeForbidden, Detail: string(r)}
}

// requirement returns what all the operations of a request need, nil for nothing.
func (r *rules) requirement(ops []Operation) *guard.Requirement {
	if len(ops) == 1 && r.dynamic == nil {
		return r.known[r.key(ops[0])]
	}
	var policies []core.Policy
	for _, op := range ops {
		policies = append(policies, r.policies(op)...)
	}
	if len(policies) == 0 {
		return nil
	}
	return guard.Require(policies...)
}

// key returns the key of known and scopes.
func (r *rules) key(op Operation) Operation {
	if _, listed := r.names[op.Method][op.Name]; !listed {
		op.Name = "" // no policy depends on it
	}
	return op
}

// scopesOf returns the scopes that the operations ask for.
func (r *rules) scopesOf(ops ...Operation) []string {
	if len(ops) == 1 && r.dynamic == nil {
		return r.scopes[r.key(ops[0])]
	}
	var policies []core.Policy
	for _, op := range ops {
		policies = append(policies, r.policies(op)...)
	}
	return scopesOf(policies)
}

func scopesOf(policies []core.Policy) []string {
	var scopes []string
	for _, p := range policies {
		if scoped, ok := p.(interface{ Scopes() []string }); ok {
			scopes = append(scopes, scoped.Scopes()...)
		}
	}
	return scopes
}

// checkConfig panics on mistakes in a config, which are programming errors.
func checkConfig(c *Config) {
	for field, policies := range map[string]map[string]core.Policy{
		"Methods": c.Methods, "Tools": c.Tools, "Prompts": c.Prompts, "Resources": c.Resources,
	} {
		for name, p := range policies {
			switch {
			case name == "":
				panic("mcpauth: Config." + field + ": a name is empty")
			case isNil(p):
				panic(fmt.Sprintf("mcpauth: Config.%s[%q] is nil: remove it or name a policy", field, name))
			}
		}
	}
	if _, ok := c.Methods[Others]; ok {
		panic(`mcpauth: Config.Methods["*"]: give a policy for all requests to guard.Policies`)
	}
	if c.MaxBodyBytes < 0 {
		panic(fmt.Sprintf("mcpauth: Config.MaxBodyBytes is %d: it must not be negative", c.MaxBodyBytes))
	}
	if n := len(c.SessionKey.Reveal()); n > 0 && n < minSessionKey {
		panic(fmt.Sprintf("mcpauth: Config.SessionKey has %d bytes: it must have at least %d", n, minSessionKey))
	}
}

func isNil(p core.Policy) bool {
	if p == nil {
		return true
	}
	v := reflect.ValueOf(p)
	switch v.Kind() {
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Slice, reflect.Chan, reflect.Interface:
		return v.IsNil()
	default:
		return false
	}
}
