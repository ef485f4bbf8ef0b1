package httpstore

import _ "embed" // for the contract

//go:embed contract.v1.json
var contract string

// Contract returns the contract as a JSON Schema (draft 2020-12), whose $defs
// "request" and "answer" describe the two bodies. It is stricter than what is
// accepted: what is written against it will be read in years to come.
func Contract() string { return contract }
