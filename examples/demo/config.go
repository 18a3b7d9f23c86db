package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// config holds the flags and the environment.
type config struct {
	check bool
	ports map[string]int // by what listens there; 0 is any free port
	clerk clerk.Config   // the real instance, if IssuerURL is set
}

// issuerName names the issuer in lists of servers.
const issuerName = "issuer"

// portFlag names the flag that sets the port of something.
func portFlag(name string) string {
	if name == issuerName {
		return "-issuer-port"
	}
	return "-" + name
}

func readConfig(args []string, getenv func(string) string, out io.Writer) (config, error) {
	cfg := config{ports: map[string]int{issuerName: 9000}}
	set := flag.NewFlagSet("demo", flag.ContinueOnError)
	set.SetOutput(io.Discard) // mistakes are returned, and reported once
	set.BoolVar(
		&cfg.check,
		"check",
		false,
		"play every scenario of core/adaptertest over HTTP on all adapters and net/http, and compare",
	)
	ports := map[string]*int{
		issuerName: set.Int(portFlag(issuerName)[1:], 9000, "port of the issuer and its page; 0 takes a free one"),
	}
	for _, f := range frameworks() {
		ports[f.name] = set.Int(f.name, f.port, "port of the "+f.name+" API; 0 takes a free one")
	}
	if err := set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprint(out, "usage: go run ./examples/demo [flags]\n\n")
			set.SetOutput(out)
			set.PrintDefaults()
		}
		return cfg, err
	}
	if set.NArg() > 0 {
		return cfg, fmt.Errorf("%q is not a flag: the demo takes only flags, see -help", set.Arg(0))
	}
	taken := map[int]string{}
	var faults []error
	for _, name := range append([]string{issuerName}, frameworkNames()...) {
		port := *ports[name]
		cfg.ports[name] = port
		switch other := taken[port]; {
		case port < 0 || port > 65535:
			faults = append(faults, fmt.Errorf("%s %d: a port is between 0 and 65535", portFlag(name), port))
		case port != 0 && other != "":
			faults = append(
				faults,
				fmt.Errorf("%s and %s are both %d: give them different ports", portFlag(other), portFlag(name), port),
			)
		default:
			taken[port] = name
		}
	}
	cfg.clerk.IssuerURL = getenv("CLERK_ISSUER_URL")
	for party := range strings.SplitSeq(getenv("CLERK_AUTHORIZED_PARTIES"), ",") {
		if party = strings.TrimSpace(party); party != "" {
			cfg.clerk.AuthorizedParties = append(cfg.clerk.AuthorizedParties, party)
		}
	}
	return cfg, errors.Join(faults...)
}
