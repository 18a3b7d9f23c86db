package realtest_test

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	_ "github.com/lib/pq"

	"github.com/revstackhq/auth-go/core/apikey"
	"github.com/revstackhq/auth-go/core/apikey/apikeytest"
)

// TestPostgres runs the suite of key stores on a PostgreSQL server of its own, which listens on a socket in a temporary
// directory. It is skipped where PostgreSQL is not installed, except in CI.
func TestPostgres(t *testing.T) {
	programs, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		t.Fatal(err)
	}
	if len(programs) == 0 {
		unavailable(t, "PostgreSQL is not installed; on Debian: apt-get install postgresql")
	}
	dir := startPostgres(t, programs[len(programs)-1])
	tables := 0
	apikeytest.TestStore(t, func(t *testing.T) apikey.Store {
		t.Helper()
		db, err := sql.Open("postgres", "host="+dir+" user=postgres dbname=postgres sslmode=disable")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		tables++
		store := apikey.NewSQLStore(db, apikey.SQLOptions{Table: fmt.Sprint("keys", tables), Numbered: true})
		for range 2 { // the second time the table exists
			if err := store.Create(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		return store
	})
}

// startPostgres starts a server until the test ends, and returns the directory of its socket.
func startPostgres(t *testing.T, programs string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pg") //nolint:usetesting // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	attributes := &syscall.SysProcAttr{}
	if os.Getuid() == 0 { // PostgreSQL refuses to run as root
		owner, err := user.Lookup("postgres")
		if err != nil {
			t.Skip("this is root, and there is no user postgres: ", err)
		}
		uid, errU := strconv.ParseUint(owner.Uid, 10, 32)
		gid, errG := strconv.ParseUint(owner.Gid, 10, 32)
		if errU != nil || errG != nil || os.Chown(dir, int(uid), int(gid)) != nil {
			t.Fatalf("the directory cannot be given to the user postgres: %v, %v", errU, errG)
		}
		attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	run := func(program string, args ...string) {
		t.Helper()
		command := exec.Command(filepath.Join(programs, program), args...)
		command.SysProcAttr, command.Dir = attributes, dir
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", program, err, output)
		}
	}
	data := filepath.Join(dir, "data")
	run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8")
	options := "-c listen_addresses='' -c fsync=off -c unix_socket_directories=" + dir
	run("pg_ctl", "-D", data, "-o", options, "-l", filepath.Join(dir, "log"), "-w", "start")
	t.Cleanup(func() { run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop") })
	return dir
}
