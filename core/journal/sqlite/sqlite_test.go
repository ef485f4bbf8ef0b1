package sqlite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wismo/core/journal"
	"wismo/core/journal/journaltest"
	"wismo/core/journal/sqlite"
)

func TestJournal(t *testing.T) {
	t.Parallel()
	journaltest.Run(t, func(t *testing.T, owe journal.Owe, opts journal.Options) journal.Journal {
		t.Helper()
		db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "wismo.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		return sqlite.New(db, owe, opts)
	})
}

func TestOneProcessOwnsTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "odd name %20?.db")
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "PostgreSQL") {
		t.Fatalf("a second owner: %v", err)
	}
	beside, err := sqlite.OpenBeside(path)
	if err != nil {
		t.Fatal(err)
	}
	j := sqlite.New(beside, &journaltest.Owed{}, journal.Options{})
	if list, err := j.HandOffs(t.Context(), journal.HandOffFilter{}); err != nil || len(list) != 0 {
		t.Fatalf("beside the owner: %v, error %v", list, err)
	}
	if err := beside.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db, err = sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatalf("after the owner has gone: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// What customers wrote is for the owner of the file only, whatever the process
// lets others read of what it makes.
func TestNobodyElseReadsTheFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "wismo.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files, error %v", len(files), err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v, error %v", f.Name(), info.Mode(), err)
		}
	}
}
