// Package contract knows where the vendors' published contracts are kept, by
// which requests are judged in tests. Only tests import it.
package contract

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Env is the environment variable that says where the folder "shared" is, if
// it is not beside the repository.
const Env = "WISMO_SHARED"

// Dir returns the folder of a vendor's contract files, such as "twilio". The
// test is skipped, and says so, if it is not there.
func Dir(t testing.TB, vendor string) string {
	t.Helper()
	dir, err := Folder(vendor)
	if err != nil {
		t.Skipf("skipped: %v; set %s to the folder that has contracts/%s", err, Env, vendor)
	}
	return dir
}

// Folder is Dir for those who have no test to skip.
func Folder(vendor string) (string, error) {
	root := os.Getenv(Env)
	if root == "" {
		module, err := moduleDir()
		if err != nil {
			return "", err
		}
		root = filepath.Join(filepath.Dir(module), "shared")
	}
	dir := filepath.Join(root, "contracts", vendor)
	if _, err := os.Stat(dir); err != nil {
		return "", fmt.Errorf("the contract files are not in %s", dir)
	}
	return dir, nil
}

// moduleDir walks up to the folder that has go.mod.
func moduleDir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod above the working directory")
		}
		dir = parent
	}
}
