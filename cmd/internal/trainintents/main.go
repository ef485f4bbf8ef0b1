// Command trainintents learns the weights of the recogniser's model from the
// labelled texts, which are not part of the repository.
package main

import (
	"flag"
	"fmt"
	"os"

	"wismo/core/understand/measure"
	"wismo/core/understand/train"
)

func main() {
	out := flag.String("out", "", "the file to write the weights to")
	known := flag.String("known", "", "the file to write the list of known words to")
	flag.Parse()
	if err := run(*out, *known); err != nil {
		fmt.Fprintln(os.Stderr, "trainintents:", err)
		os.Exit(1)
	}
}

func run(out, known string) error {
	dir, err := measure.Data()
	if err != nil {
		return err
	}
	if known != "" {
		list, err := train.Known(dir)
		if err != nil {
			return err
		}
		if err := os.WriteFile(known, []byte(train.KnownFile(list)), 0o644); err != nil {
			return err
		}
	}
	if out == "" {
		return nil
	}
	m, err := train.Model(dir, nil)
	if err != nil {
		return err
	}
	return os.WriteFile(out, m.Bytes(), 0o644)
}
