package apikey

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// SQLOptions are the options that depend on the database.
type SQLOptions struct {
	// Table is the table's name, which may have a schema: "api_keys" if empty.
	Table string
	// Numbered writes placeholders as $1, $2, as PostgreSQL does, instead of ?.
	Numbered bool
}

// SQLStore is a [Store] in a table of a SQL database: SQLite, PostgreSQL, MySQL. The program brings the driver. Times
// are stored as microseconds since 1970, hashes in hexadecimal and scopes separated by spaces, so that all databases
// treat them in the same way. It is safe for concurrent use.
type SQLStore struct {
	db       *sql.DB
	table    string
	numbered bool
}

var (
	_ Store = (*SQLStore)(nil)

	validTable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$`)
)

// NewSQLStore returns a store in db. It does no I/O; [SQLStore.Create] makes the table. It panics if the table name
// has characters that are not allowed, because the name becomes part of statements.
func NewSQLStore(db *sql.DB, o SQLOptions) *SQLStore {
	if o.Table == "" {
		o.Table = "api_keys"
	}
	if !validTable.MatchString(o.Table) {
		panic("apikey: NewSQLStore: " + strconv.Quote(o.Table) + " is not the name of a table")
	}
	return &SQLStore{db: db, table: o.Table, numbered: o.Numbered}
}

const columns = "id, prefix, hash, name, owner, organization, scopes, created, expires, revoked, last_used, replaces"

// Schema returns the SQL statement that creates the table, for programs with their own migrations.
func (s *SQLStore) Schema() string {
	return "CREATE TABLE IF NOT EXISTS " + s.table + ` (
	id VARCHAR(32) NOT NULL PRIMARY KEY,
	prefix VARCHAR(32) NOT NULL,
	hash VARCHAR(64) NOT NULL,
	name VARCHAR(255) NOT NULL,
	owner VARCHAR(512) NOT NULL,
	organization VARCHAR(255) NOT NULL,
	scopes TEXT NOT NULL,
	created BIGINT NOT NULL,
	expires BIGINT NOT NULL,
	revoked BIGINT NOT NULL,
	last_used BIGINT NOT NULL,
	replaces VARCHAR(32) NOT NULL
)`
}

// Create makes the table if it does not exist.
func (s *SQLStore) Create(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, s.Schema())
	return err
}

// query completes a statement: it replaces TABLE by the table's name and numbers the placeholders if needed.
func (s *SQLStore) query(statement string) string {
	statement = strings.Replace(statement, "TABLE", s.table, 1)
	if !s.numbered {
		return statement
	}
	var b strings.Builder
	n := 0
	for part := range strings.SplitSeq(statement, "?") {
		if n > 0 {
			b.WriteString("$" + strconv.Itoa(n))
		}
		b.WriteString(part)
		n++
	}
	return b.String()
}

// Insert implements [Store].
func (s *SQLStore) Insert(ctx context.Context, k Key) error {
	for _, scope := range k.Scopes {
		if scope == "" || strings.ContainsAny(scope, " \t\n") {
			return fmt.Errorf("apikey: the scope %q is empty or has a space in it", scope)
		}
	}
	_, err := s.db.ExecContext(ctx, s.query("INSERT INTO TABLE ("+columns+") VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"),
		k.ID, k.Prefix, hex.EncodeToString(k.Hash), k.Name, k.Owner, k.Organization, strings.Join(k.Scopes, " "),
		micros(k.Created), micros(k.Expires), micros(k.Revoked), micros(k.LastUsed), k.Replaces)
	if err == nil {
		return nil
	}
	// Drivers return different errors for a duplicate, so look the id up.
	if _, found := s.Find(ctx, k.ID); found == nil {
		return ErrExists
	}
	return err
}

// Find implements [Store].
func (s *SQLStore) Find(ctx context.Context, id string) (Key, error) {
	k, err := scan(s.db.QueryRowContext(ctx, s.query("SELECT "+columns+" FROM TABLE WHERE id = ?"), id))
	if errors.Is(err, sql.ErrNoRows) {
		return Key{}, ErrNotFound
	}
	return k, err
}

// List implements [Store].
func (s *SQLStore) List(ctx context.Context, owner, after string, limit int) ([]Key, error) {
	statement, args := "SELECT "+columns+" FROM TABLE WHERE id > ?", []any{after}
	if owner != "" {
		statement, args = statement+" AND owner = ?", append(args, owner)
	}
	rows, err := s.db.QueryContext(ctx, s.query(statement+" ORDER BY id LIMIT ?"), append(args, max(limit, 0))...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []Key
	for rows.Next() {
		k, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, k)
	}
	return all, rows.Err()
}

func scan(row interface{ Scan(dest ...any) error }) (Key, error) {
	var k Key
	var hash, scopes string
	var created, expires, revoked, lastUsed int64
	err := row.Scan(&k.ID, &k.Prefix, &hash, &k.Name, &k.Owner, &k.Organization, &scopes,
		&created, &expires, &revoked, &lastUsed, &k.Replaces)
	if err != nil {
		return Key{}, err
	}
	if k.Hash, err = hex.DecodeString(hash); err != nil {
		return Key{}, fmt.Errorf("apikey: the hash of key %s is not hexadecimal", k.ID)
	}
	if scopes != "" {
		k.Scopes = strings.Fields(scopes)
	}
	k.Created, k.Expires, k.Revoked, k.LastUsed = timeOf(created), timeOf(expires), timeOf(revoked), timeOf(lastUsed)
	return k, nil
}

// Revoke implements [Store].
func (s *SQLStore) Revoke(ctx context.Context, id string, at time.Time) error {
	return s.change(ctx, id, "UPDATE TABLE SET revoked = ? WHERE id = ? AND revoked = 0", micros(at), id)
}

// Expire implements [Store].
func (s *SQLStore) Expire(ctx context.Context, id string, at time.Time) error {
	n := micros(at)
	return s.change(ctx, id, "UPDATE TABLE SET expires = ? WHERE id = ? AND (expires = 0 OR expires > ?)", n, id, n)
}

// Touch implements [Store].
func (s *SQLStore) Touch(ctx context.Context, id string, at time.Time) error {
	n := micros(at)
	return s.change(ctx, id, "UPDATE TABLE SET last_used = ? WHERE id = ? AND last_used < ?", n, id, n)
}

// change runs an update whose condition may not hold. The condition is part of the statement, so that two replicas
// cannot undo each other's change.
func (s *SQLStore) change(ctx context.Context, id, statement string, args ...any) error {
	result, err := s.db.ExecContext(ctx, s.query(statement), args...)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err == nil && n > 0 {
		return nil
	}
	_, err = s.Find(ctx, id)
	return err
}

// micros returns a time as the table stores it, 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func timeOf(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
