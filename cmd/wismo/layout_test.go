package main_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers lists core's packages from the top down: each may import only what
// stands below it.
var layers = []string{
	"core/bot", "core/backtest", "core/resolver", "core/queue", "core/journal", "core/reply", "core/handoff", "core/consent",
	"core/conversation", "core/understand", "core/verify", "core/transit", "core/order", "core/shop", "core/message",
	"core/remote", "core/check", "core/contract", "core/sms", "core/fault",
}

// layerOf returns the place of a package in layers, -1 if it has none.
func layerOf(pkg string) int {
	return slices.IndexFunc(layers, func(l string) bool { return pkg == l || strings.HasPrefix(pkg, l+"/") })
}

// providers are words that core may not name: it knows channels, stores and
// desks by their ports only.
var providers = []string{"twilio", "shopify", "woocommerce", "zendesk", "gorgias", "modernc.org/sqlite", "jackc/pgx"}

type file struct {
	path, pkg string
	imports   []string
}

// sources parses the imports of every Go file in the repository.
func sources(t *testing.T) []file {
	t.Helper()
	root := filepath.Join("..", "..")
	var files []file
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && d.Name() != ".." || d.Name() == "bin") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		f := file{path: rel, pkg: filepath.ToSlash(filepath.Dir(rel))}
		for _, i := range parsed.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, name)
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 20 {
		t.Fatalf("found only %d files; the test looks in the wrong place", len(files))
	}
	return files
}

func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		if strings.HasSuffix(f.path, "_test.go") {
			continue
		}
		for _, i := range f.imports {
			ours, ok := strings.CutPrefix(i, "wismo/")
			if !ok {
				checkOutside(t, f, i)
				continue
			}
			if problem := forbidden(f.pkg, ours); problem != "" {
				t.Errorf("%s imports %s: %s", f.path, ours, problem)
			}
		}
	}
}

// forbidden says why pkg may not import ours, or nothing.
func forbidden(pkg, ours string) string {
	family := func(p string) string { return strings.SplitN(p, "/", 2)[0] }
	switch {
	case family(pkg) == "config":
		return "config imports nothing of ours"
	case family(pkg) == "core" && family(ours) != "core":
		return "core knows no adapter, no command and no configuration"
	case family(pkg) == "core":
		from, to := layerOf(pkg), layerOf(ours)
		if from < 0 || to < 0 {
			return "a package of core is missing in layers"
		}
		if from > to {
			return "imports point down the list of layers, never up"
		}
	case family(pkg) == "channels" || family(pkg) == "stores" || family(pkg) == "helpdesk":
		adapter := func(p string) string { return strings.Join(append(strings.Split(p, "/"), "", "")[:2], "/") }
		testing := strings.HasSuffix(ours, "test") || strings.HasSuffix(pkg, "test") || strings.HasSuffix(pkg, "contract")
		// What the adapters of shops with a platform of their own have in common.
		shared := ours == "stores/ownorder" && family(pkg) == "stores"
		if family(ours) != "core" && adapter(ours) != adapter(pkg) && !testing && !shared {
			return "adapters do not know each other"
		}
	case strings.HasPrefix(pkg, "cmd/wismo"):
		if family(ours) == "channels" || family(ours) == "stores" || family(ours) == "helpdesk" {
			return "only cmd/internal/app knows every adapter"
		}
	}
	return ""
}

// checkOutside guards who may use a driver, the queue, the phone provider's
// library and the configuration reader.
func checkOutside(t *testing.T, f file, i string) {
	t.Helper()
	only := func(prefix string, where ...string) {
		if !strings.HasPrefix(i, prefix) {
			return
		}
		for _, w := range where {
			if f.pkg == w || strings.HasPrefix(f.pkg, w+"/") {
				return
			}
		}
		t.Errorf("%s imports %s; only %s may", f.path, i, strings.Join(where, ", "))
	}
	only("github.com/riverqueue/river", "core/queue", "core/journal/postgres", "core/journal/sqlite")
	only("github.com/jackc/pgx", "core/queue", "core/journal", "stores/sqlview", "cmd/internal")
	only("modernc.org/sqlite", "core/journal/sqlite")
	only("github.com/golang-jwt/jwt", "core/verify/token")
	only("github.com/wneessen/go-mail", "channels/email")
	only("github.com/twilio/twilio-go", "channels/twilio")
	only("github.com/spf13/viper", "config")
	only("github.com/spf13/cobra", "cmd/wismo")
	if i == "github.com/twilio/twilio-go" {
		t.Errorf("%s imports twilio-go's root package, which pulls in every product", f.path)
	}
}

func TestNoInitAndNoBlankImports(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		raw, err := os.ReadFile(filepath.Join("..", "..", f.path))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), "\nfunc "+"init()") {
			t.Errorf("%s has an init function", f.path)
		}
	}
}

func TestTopLevel(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	allowed := []string{"cmd", "channels", "core", "stores", "helpdesk", "config", "go.mod", "go.sum", "Makefile", "README.md", "LICENSE", "NOTICE", "bin"}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(allowed, e.Name()) {
			t.Errorf("%s does not belong at the top level", e.Name())
		}
	}
}

// Core names no provider: not in code, not in comments that would tie it to
// one. Facts with their source may.
func TestCoreImportsNoProvider(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		if !strings.HasPrefix(f.pkg, "core/") || strings.HasPrefix(f.pkg, "core/journal/") || f.pkg == "core/queue" || strings.HasSuffix(f.path, "_test.go") {
			continue
		}
		for _, i := range f.imports {
			for _, p := range providers {
				if strings.Contains(i, p) {
					t.Errorf("%s imports %s", f.path, i)
				}
			}
		}
	}
}
