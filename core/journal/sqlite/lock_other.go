//go:build !unix

package sqlite

import "os"

// lockFile opens the lock's file. Where there is no flock, an open file is all
// the protection there is.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
}
