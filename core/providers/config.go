package providers

import (
	"reflect"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/strictjson"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// FromJSON turns a preset's NewContract into a [Provider]'s Build. C is a
// struct whose fields have JSON tags; fields Leeway and MaxAge of type
// time.Duration are read from leewaySeconds and maxAgeSeconds.
//
// JSON is read as strictly as [core.ParseContract] reads it. The Field of every
// [*core.ConfigError] is the JSON name, with its position, also in those that
// newContract returns.
func FromJSON[C any](newContract func(C) (*core.Contract, error)) func([]byte) (*core.Contract, error) {
	return func(config []byte) (*core.Contract, error) {
		var cfg C
		document, problems := strictjson.Parse(config)
		if problems == nil {
			problems = document.Decode(&cfg)
		}
		if len(problems) > 0 {
			return nil, problemsOf("config", config, problems)
		}
		contract, err := newContract(cfg)
		if err != nil {
			return nil, inJSON(err, document, strictjson.Names(reflect.TypeFor[C]()))
		}
		return contract, nil
	}
}

// problemsOf turns a document's problems into configuration errors; whole names
// the document itself.
func problemsOf(whole string, data []byte, problems []strictjson.Problem) error {
	var f preset.Faults
	for _, p := range problems {
		e := &core.ConfigError{Field: p.Path, Kind: "invalid", Reason: p.Reason}
		if p.Path == "" {
			e.Field = whole
		}
		if p.Empty {
			e.Kind = "missing"
		}
		e.Line, e.Column = strictjson.LineColumn(data, p.Offset)
		f.Append(e)
	}
	return f.Err()
}

// inJSON names the fields of a preset's mistakes as the document does, and adds
// their positions.
func inJSON(err error, document *strictjson.Document, names map[string]string) error {
	var f preset.Faults
	f.AppendAs(err, names)
	for _, e := range core.ConfigErrors(f.Err()) {
		e.Line, e.Column = document.Position(e.Field)
	}
	return f.Err()
}

// from says whose mistakes these are.
func from(provider string, err error) error {
	for _, e := range core.ConfigErrors(err) {
		if e.Provider == "" {
			e.Provider = provider
		}
	}
	return err
}
