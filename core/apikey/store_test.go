package apikey_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/apikey"
	"github.com/revstackhq/auth-go/core/apikey/apikeytest"
)

func TestMemory(t *testing.T) {
	apikeytest.TestStore(t, func(*testing.T) apikey.Store { return &apikey.Memory{} })
}

// statements is a driver that records statements. The suite runs on SQLite in the examples.
type statements struct{ all []string }

var errRecorded = errors.New("recorded")

func (s *statements) Connect(context.Context) (driver.Conn, error) { return s, nil }
func (s *statements) Driver() driver.Driver                        { return nil }
func (s *statements) Close() error                                 { return nil }
func (s *statements) Begin() (driver.Tx, error)                    { return nil, errRecorded }
func (s *statements) Prepare(query string) (driver.Stmt, error) {
	s.all = append(s.all, query)
	return nil, errRecorded
}

// TestPlaceholders: each style numbers every placeholder of a statement once.
func TestPlaceholders(t *testing.T) {
	for _, numbered := range []bool{false, true} {
		recorded := &statements{}
		db := sql.OpenDB(recorded)
		s := apikey.NewSQLStore(db, apikey.SQLOptions{Table: "auth.keys", Numbered: numbered})
		ctx := t.Context()
		_ = s.Insert(ctx, apikey.Key{})
		_, _ = s.List(ctx, "user_1", "", 1)
		_, _ = s.List(ctx, "", "", 1)
		_ = s.Revoke(ctx, "a", time.Now())
		_ = s.Expire(ctx, "a", time.Now())
		_ = s.Touch(ctx, "a", time.Now())
		_ = s.Create(ctx)
		text := strings.Join(recorded.all, "\n")
		if strings.Contains(text, "?") == numbered || strings.Contains(text, "$") != numbered || strings.Contains(text,
			"TABLE WHERE") ||
			strings.Count(text, "auth.keys") != len(recorded.all) {
			t.Errorf("numbered %v:\n%s", numbered, text)
		}
		if numbered && (!strings.Contains(text, "$11,$12)") || !strings.Contains(text,
			"WHERE id > $1 AND owner = $2 ORDER BY id LIMIT $3") ||
			!strings.Contains(text, "SET expires = $1 WHERE id = $2 AND (expires = 0 OR expires > $3)")) {
			t.Errorf("statements:\n%s", text)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range []string{"a; DROP TABLE b", "a b", "1a", "a.b.c", `"a"`} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("the table %q is accepted", table)
				}
			}()
			apikey.NewSQLStore(nil, apikey.SQLOptions{Table: table})
		}()
	}
}
