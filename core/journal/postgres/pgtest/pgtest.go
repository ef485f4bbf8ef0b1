// Package pgtest knows how tests come by a PostgreSQL of their own: a server
// on loopback in a temporary folder, and on it a database for each test, copied
// from a template whose schema is up to date. Only tests import it.
package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wismo/core/journal/postgres"
)

// Server is the environment variable that holds the URL of the server to use.
// `make test` sets it; without it the tests fail and say so.
const Server = "WISMO_TEST_PG"

// template is the database that the others are copied from. It is made once
// for each test binary.
var template = sync.OnceValues(func() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	name := fmt.Sprintf("template_%d_%d", os.Getpid(), time.Now().UnixNano())
	if err := create(ctx, name, "template0"); err != nil {
		return "", err
	}
	pool, err := postgres.Connect(ctx, at(name), 4)
	if err != nil {
		return "", err
	}
	defer pool.Close()
	return name, postgres.Migrate(ctx, pool)
})

var count atomic.Int64

// Database returns the URL of a new database with the schema in it. It is
// dropped with the server.
func Database(t testing.TB) string {
	t.Helper()
	need(t)
	from, err := template()
	if err != nil {
		t.Fatalf("template database: %v", err)
	}
	return fresh(t, from)
}

// Empty returns the URL of a new database with nothing in it.
func Empty(t testing.TB) string {
	t.Helper()
	need(t)
	return fresh(t, "template0")
}

func need(t testing.TB) {
	t.Helper()
	if os.Getenv(Server) == "" {
		t.Fatalf("this test needs a PostgreSQL: run `make test`, or set %s to the URL of a server it may make databases on", Server)
	}
}

func fresh(t testing.TB, from string) string {
	t.Helper()
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), count.Add(1))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := create(ctx, name, from); err != nil {
		t.Fatalf("make a database: %v", err)
	}
	return at(name)
}

// mu makes databases one at a time: a template may have no other user while it
// is copied.
var mu sync.Mutex

func create(ctx context.Context, name, from string) error {
	mu.Lock()
	defer mu.Unlock()
	conn, err := pgx.Connect(ctx, os.Getenv(Server))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s STRATEGY file_copy", name, from))
	return err
}

func at(name string) string {
	u, err := url.Parse(os.Getenv(Server))
	if err != nil {
		return ""
	}
	u.Path = "/" + name
	return u.String()
}
