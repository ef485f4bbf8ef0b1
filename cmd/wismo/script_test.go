package main

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"wismo": func() { os.Exit(run(context.Background(), os.Args[1:])) },
	})
}

// The scripts are whole conversations and command lines, played through the
// program itself. UPDATE_SCRIPTS=1 go test ./cmd/wismo writes the dialogues anew;
// read them aloud then, as the customer would.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"asked": asked, "shown": shown},
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_CACHE_HOME", e.WorkDir)
			return nil
		},
	})
}

// asked DIALOGUE FILE writes what customers say in a dialogue into a file for
// wismo chat.
func asked(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: asked DIALOGUE FILE")
	}
	var lines []string
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if line[0] != ' ' && strings.Contains(line, " > ") {
			lines = append(lines, line)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Join(lines, "")), 0o600))
}

// day matches the days and hours that replies tell, in every language.
var day = regexp.MustCompile(`(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Mo|Di|Mi|Do|Fr|Sa|So|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|sab|dom|gio|ma|di|wo|do|vr|za|zo|seg|ter|qua|qui|sex) [0-9]{1,2}\.? (?:de )?[A-Za-zäéû]{3,5}(?: (?:de )?[0-9]{4})?(?:, [0-9]{2}:[0-9]{2})?`)

// shown FILE writes what the last command printed into a file, with a mark
// for every day, since the sample orders are dated relative to now.
func shown(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: shown FILE")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(day.ReplaceAllString(ts.ReadFile("stdout"), "DAY")), 0o600))
}
