package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/revstackhq/auth-go/authdoctor/internal/codes"
	"github.com/revstackhq/auth-go/core/providers"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help is printed below the flags.
func (completionCommand) Help() string {
	return `Examples:
  bash:  source <(authdoctor completion bash)                   in ~/.bashrc
  zsh:   source <(authdoctor completion zsh)                    in ~/.zshrc, after compinit
  fish:  authdoctor completion fish | source                    in ~/.config/fish/config.fish`
}

// The scripts ask the program itself, so that they never differ from it. A word
// that it has no candidates for is completed as a file name.
const (
	bashCompletion = `# bash completion for authdoctor
_authdoctor() {
	local IFS=$'\n'
	COMPREPLY=($(authdoctor __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _authdoctor authdoctor
`
	zshCompletion = `#compdef authdoctor
_authdoctor() {
	local -a candidates
	candidates=("${(@f)$(authdoctor __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
	candidates=(${candidates:#})
	if (( $#candidates )); then
		compadd -a candidates
	else
		_files
	fi
}
compdef _authdoctor authdoctor
`
	fishCompletion = `# fish completion for authdoctor
function __authdoctor_complete
	set -l words (commandline -opc) (commandline -ct)
	authdoctor __complete $words[2..-1] 2>/dev/null
end
complete -c authdoctor -a '(__authdoctor_complete)'
`
)

// Run prints the script.
func (c *completionCommand) Run(env *Env) error {
	script := map[string]string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}[c.Shell]
	_, err := io.WriteString(env.Stdout, script)
	return err
}

// completeCommand answers the scripts: its arguments are the words after the
// program's name, the last one unfinished.
type completeCommand struct {
	Words []string `arg:"" optional:""`
}

// Run prints the candidates, one a line.
func (c *completeCommand) Run(env *Env, parser *kong.Kong) error {
	for _, candidate := range candidates(parser.Model.Node, c.Words) {
		if _, err := fmt.Fprintln(env.Stdout, candidate); err != nil {
			return err
		}
	}
	return nil
}

// candidates returns the possible completions of the last word.
func candidates(node *kong.Node, words []string) []string {
	unfinished := ""
	if len(words) > 0 {
		unfinished, words = words[len(words)-1], words[:len(words)-1]
	}
	var positionals []string
	var waiting *kong.Flag // its value comes next
	for _, word := range words {
		switch child := childOf(node, word); {
		case waiting != nil:
			waiting = nil
		case strings.HasPrefix(word, "-"):
			if flag := flagOf(node, word); flag != nil && !flag.IsBool() && !strings.Contains(word, "=") {
				waiting = flag
			}
		case child != nil:
			node, positionals = child, nil
		default:
			positionals = append(positionals, word)
		}
	}
	var all []string
	switch {
	case waiting != nil:
		all = valuesOf(waiting.Value)
	case strings.HasPrefix(unfinished, "-"):
		for _, group := range node.AllFlags(true) {
			for _, flag := range group {
				all = append(all, "--"+flag.Name)
			}
		}
	default:
		for _, child := range node.Children {
			if !child.Hidden {
				all = append(all, child.Name)
			}
		}
		if len(positionals) < len(node.Positional) {
			all = append(all, valuesOf(node.Positional[len(positionals)])...)
		}
	}
	all = slices.DeleteFunc(all, func(s string) bool { return !strings.HasPrefix(s, unfinished) })
	slices.Sort(all)
	return all
}

func childOf(node *kong.Node, name string) *kong.Node {
	i := slices.IndexFunc(node.Children, func(child *kong.Node) bool { return child.Name == name })
	if i < 0 {
		return nil
	}
	return node.Children[i]
}

func flagOf(node *kong.Node, word string) *kong.Flag {
	name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
	for _, group := range node.AllFlags(true) {
		for _, flag := range group {
			if flag.Name == name {
				return flag
			}
		}
	}
	return nil
}

// valuesOf returns the values that a flag or an argument may have, nil if they
// cannot be listed.
func valuesOf(value *kong.Value) []string {
	if value.Enum != "" {
		return value.EnumSlice()
	}
	switch value.Tag.Get("completion") {
	case "providers":
		var slugs []string
		for _, provider := range providers.All() {
			slugs = append(slugs, provider.Slug)
		}
		return slugs
	case "codes":
		var names []string
		for _, e := range codes.All() {
			names = append(names, string(e.Code))
		}
		return names
	default:
		return nil
	}
}
