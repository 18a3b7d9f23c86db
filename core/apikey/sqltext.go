package apikey

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// InsertStatement returns the statement that adds a key to the table of an [SQLStore], for a command that has no
// connection to the database. It contains the hash of the key and not the key. The error names a value that databases
// would read differently.
func InsertStatement(o SQLOptions, k Key) (string, error) {
	s := NewSQLStore(nil, o)
	var values []string
	for _, text := range []string{
		k.ID, k.Prefix, hex.EncodeToString(k.Hash), k.Name, k.Owner, k.Organization, strings.Join(k.Scopes, " "),
	} {
		// MySQL reads a backslash as an escape, others do not.
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == '\\' || r == 0x7f }) {
			return "",
				fmt.Errorf("apikey: %q has a backslash or a control character, which cannot be quoted for every database", text)
		}
		values = append(values, "'"+strings.ReplaceAll(text, "'", "''")+"'")
	}
	for _, n := range []int64{micros(k.Created), micros(k.Expires), micros(k.Revoked), micros(k.LastUsed)} {
		values = append(values, strconv.FormatInt(n, 10))
	}
	values = append(values, "'"+strings.ReplaceAll(k.Replaces, "'", "''")+"'")
	return "INSERT INTO " + s.table + " (" + columns + ") VALUES (" + strings.Join(values, ", ") + ");", nil
}
