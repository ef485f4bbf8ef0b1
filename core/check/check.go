// Package check knows how the findings of a configuration check look: what
// was tried for real, how it went, and how to mend what failed. Adapters
// return findings; `wismo check` prints them.
package check

import (
	"fmt"
	"io"
)

// Level is how a finding went.
type Level string

// The levels.
const (
	OK      Level = "ok"   // it works
	Warning Level = "warn" // it works, but something will bite
	Failed  Level = "FAIL" // it does not work
)

// Finding is one thing that was tried.
type Finding struct {
	// Name of what was tried: "shopify token".
	Name string
	// Level says how it went.
	Level Level
	// Detail is what was found, without personal data or secrets.
	Detail string
	// Hint says how to mend it; empty if OK.
	Hint string
}

// Write prints the findings, a line each and the hint below, and reports
// whether none has failed.
func Write(w io.Writer, findings []Finding) (ok bool, err error) {
	ok = true
	for _, f := range findings {
		if f.Level == Failed {
			ok = false
		}
		if _, err := fmt.Fprintf(w, "%-4s  %s: %s\n", f.Level, f.Name, f.Detail); err != nil {
			return ok, err
		}
		if f.Hint != "" && f.Level != OK {
			if _, err := fmt.Fprintf(w, "      %s\n", f.Hint); err != nil {
				return ok, err
			}
		}
	}
	return ok, nil
}
