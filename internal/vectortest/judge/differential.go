package judge

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/vectors"
)

// disagreement is a group of tokens about which auth-go and a peer disagree for the same reason.
type disagreement struct {
	input    string // "vectors" or a kind of mutation
	group    string // a class of vectors, or the reason why auth-go refuses the token
	peer     string
	stricter string // who refuses the tokens: "auth-go" or the peer
}

// Survey collects disagreements.
type Survey struct {
	panel    *panel
	counts   map[disagreement]int
	examples map[disagreement]string
	tokens   int
}

func newSurvey() *Survey {
	return &Survey{panel: newPanel(), counts: map[disagreement]int{}, examples: map[disagreement]string{}}
}

// compare asks every peer about a token and adds the disagreements. If group is empty, the reason of the refusal is
// the group.
func (s *Survey) compare(input, group string, c *vectors.Case, token string, own Verdict) {
	s.tokens++
	for _, p := range s.panel.peers {
		accepts := own.code == ""
		if p.reads {
			accepts = own.code != core.CodeInvalidFormat && own.code != core.CodeTokenTooLarge
		}
		err := p.judge(c, token)
		if accepts == (err == nil) {
			continue
		}
		d := disagreement{input: input, group: group, peer: p.name, stricter: "auth-go"}
		if accepts {
			d.stricter = p.name
		}
		if d.group == "" {
			d.group = reasonOf(own, err)
		}
		s.counts[d]++
		if s.examples[d] == "" {
			s.examples[d] = token
		}
	}
}

// reasonOf returns the reason of the refusal: auth-go's if it refuses, and otherwise the peer's.
func reasonOf(own Verdict, peer error) string {
	err := own.err
	if own.err == nil {
		err = peer
	}
	var e *core.Error
	if !errors.As(err, &e) {
		text, _, _ := strings.Cut(err.Error(), ":")
		return text
	}
	switch {
	case e.Err != nil:
		return string(e.Code) + ": " + strings.TrimPrefix(e.Err.Error(), "malformed token: ")
	case e.Claim != "":
		return string(e.Code) + ": " + e.Claim
	}
	return string(e.Code)
}

// vectors asks the peers about every vector that is a token and not a proof.
func (s *Survey) vectors(ctx context.Context, classes []vectors.Class) {
	e := NewEngine(core.TokenCache{Disabled: true})
	for i := range classes {
		for _, c := range Tokens(classes[i : i+1]) {
			if c.Code != string(invalidContract) { // the peers have no contracts
				s.compare("vectors", classes[i].Name, c, c.Token, e.Judge(ctx, c))
			}
		}
	}
}

// mutants asks the peers about tokens that are made from accepted vectors.
func (s *Survey) mutants(ctx context.Context, classes []vectors.Class) {
	e := NewEngine(core.TokenCache{Disabled: true})
	for m := range mutants(classes) {
		s.compare(m.kind, "", m.of, m.token, e.judgeToken(ctx, m.of, m.token))
	}
}

// inOrder returns the sorted disagreements.
func (s *Survey) inOrder() []disagreement {
	all := make([]disagreement, 0, len(s.counts))
	for d := range s.counts {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b disagreement) int {
		key := func(d disagreement) string {
			return strings.Join([]string{d.input, d.peer, d.stricter, d.group}, "\x00")
		}
		return strings.Compare(key(a), key(b))
	})
	return all
}
