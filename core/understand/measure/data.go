// Package measure knows how well a recogniser understands texts that its
// builders did not write for it: which files of labelled texts there are, how
// they are scored, and which figures come out.
package measure

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"wismo/core/understand"
)

// The environment variables that say where the labelled texts are, if they are
// not in ../shared/data beside the repository: the folder itself, or the
// folder that holds "data".
const (
	EnvData   = "WISMO_DATA"
	EnvShared = "WISMO_SHARED"
)

// ErrNoData means that the labelled texts are not there. They are not part of
// the repository.
var ErrNoData = errors.New("the labelled texts are not there; set " + EnvData + " to the folder that has intent_hint3.jsonl")

// Row is one labelled text.
type Row struct {
	ID     string              `json:"id"`
	Text   string              `json:"text"`
	Lang   string              `json:"lang"`
	Intent understand.Intent   `json:"intent"`
	Accept []understand.Intent `json:"accept"`
	// Map tells how near the source's own label is: "exact", "weak", …
	Map    string `json:"map"`
	Source string `json:"source"`
	// Upset is the label of the mood files.
	Upset bool `json:"upset"`
}

// Takes reports whether an intent is right for the row, strictly or leniently.
func (r *Row) Takes(i understand.Intent, lenient bool) bool {
	return i == r.Intent || (lenient && slices.Contains(r.Accept, i))
}

// Data returns the folder of labelled texts, or ErrNoData.
func Data() (string, error) {
	dir := os.Getenv(EnvData)
	if dir == "" {
		shared := os.Getenv(EnvShared)
		if shared == "" {
			root, err := Root()
			if err != nil {
				return "", err
			}
			shared = filepath.Join(filepath.Dir(root), "shared")
		}
		dir = filepath.Join(shared, "data")
	}
	if _, err := os.Stat(filepath.Join(dir, "intent_hint3.jsonl")); err != nil {
		return "", ErrNoData
	}
	return dir, nil
}

// Root returns the folder of the module, found from the working directory up.
func Root() (string, error) {
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

// Load reads a file of labelled texts, one JSON object a line.
func Load(file string) ([]Row, error) { return load[Row](file) }

func load[T any](file string) ([]T, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var rows []T
	sc := bufio.NewScanner(bytes.NewReader(raw))
	sc.Buffer(nil, 1<<20)
	for n := 1; sc.Scan(); n++ {
		if len(bytes.TrimSpace(sc.Bytes())) == 0 {
			continue
		}
		var r T
		if err := json.Unmarshal(sc.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("%s line %d: %w", file, n, err)
		}
		rows = append(rows, r)
	}
	return rows, sc.Err()
}
