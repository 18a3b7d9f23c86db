package cli

import (
	"io"
	"os"
	"runtime/debug"
	"time"

	"github.com/revstackhq/auth-go/authdoctor/internal/term"
)

// Env is the environment of a command: its standard streams, variables and clock.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Which of them are a person's terminal.
	StdinTerminal, StdoutTerminal, StderrTerminal bool
	// Getenv returns an environment variable.
	Getenv func(string) string
	// Now returns the time.
	Now func() time.Time
}

// System returns the environment of this process.
func System() *Env {
	return &Env{
		Stdin:          os.Stdin,
		Stdout:         os.Stdout,
		Stderr:         os.Stderr,
		StdinTerminal:  isTerminal(os.Stdin),
		StdoutTerminal: isTerminal(os.Stdout),
		StderrTerminal: isTerminal(os.Stderr),
		Getenv:         os.Getenv,
		Now:            time.Now,
	}
}

// isTerminal reports whether f is a character device other than the null device.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// page returns an empty page for the output. It uses color only on terminals, and
// not if NO_COLOR is set (https://no-color.org).
func (e *Env) page() *term.Page {
	color := e.StdoutTerminal && e.Getenv("NO_COLOR") == "" && e.Getenv("TERM") != "dumb"
	return &term.Page{Style: term.Style{Color: color}}
}

// show prints an answer.
func (e *Env) show(p *term.Page) error {
	_, err := io.WriteString(e.Stdout, p.String())
	return err
}

// progress shows on a terminal what the command is waiting for, until end is called.
func (e *Env) progress(what string) (end func()) {
	if !e.StderrTerminal {
		return func() {}
	}
	return term.Progress(e.Stderr, what)
}

// version is the version that the program was installed as.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "authdoctor (devel)"
	}
	return "authdoctor " + info.Main.Version
}
