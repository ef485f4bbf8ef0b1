// Command testenv gives a command the servers that the tests need, on loopback
// in temporary folders, and takes them away again however the command ends:
//
//	go run ./cmd/internal/testenv -- go test ./...
//
// What is not installed it installs through the system's package manager where
// it may (as root, on Debian); else it stops with a list of what is missing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"wismo/core/contract"
)

func main() {
	fsync := flag.Bool("fsync", false, "let PostgreSQL sync to the disk, for measuring")
	need := flag.String("need", "", "further programs the command needs, by comma, with the package's name if it is another: gcc,mbsync:isync")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code, err := run(ctx, *fsync, *need, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "testenv:", err)
	}
	os.Exit(code)
}

// run starts what is needed, runs the command and returns its exit code.
func run(ctx context.Context, fsync bool, need string, command []string) (code int, err error) {
	if len(command) == 0 {
		return 2, errors.New("no command is given")
	}
	if err := provide(ctx, need); err != nil {
		return 1, err
	}
	for _, vendor := range []string{"twilio", "shopify"} {
		if _, err := contract.Folder(vendor); err != nil {
			fmt.Fprintf(os.Stderr, "testenv: %v; tests that judge by them will be SKIPPED\n", err)
		}
	}
	pg, err := startPostgres(ctx, fsync)
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, pg.stop()) }()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "WISMO_TEST_PG="+pg.url)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}

// pkg is a Debian package by the program that shows it is there.
type pkg struct {
	name  string
	found func() bool
}

// provide makes sure that every package is there.
func provide(ctx context.Context, need string) error {
	wanted := []pkg{
		{"postgresql", func() bool { _, err := postgresBin(); return err == nil }},
		{"dovecot-imapd", dovecotFound},
	}
	for _, program := range strings.FieldsFunc(need, func(r rune) bool { return r == ',' }) {
		program, name, named := strings.Cut(program, ":")
		if !named {
			name = program
		}
		wanted = append(wanted, pkg{name, func() bool { _, err := exec.LookPath(program); return err == nil }})
	}
	var missing []string
	for _, p := range wanted {
		if !p.found() {
			missing = append(missing, p.name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	_, err := exec.LookPath("apt-get")
	if err != nil || os.Geteuid() != 0 {
		return fmt.Errorf("these packages are missing and cannot be installed from here: %s; install them and run it again", strings.Join(missing, ", "))
	}
	return install(ctx, missing)
}

// dovecotFound looks for Dovecot, which Debian keeps out of a user's path. The
// tests start it themselves.
func dovecotFound() bool {
	for _, name := range []string{"dovecot", "/usr/sbin/dovecot"} {
		if _, err := exec.LookPath(name); err == nil {
			return true
		}
	}
	return false
}

func install(ctx context.Context, missing []string) error {
	fmt.Fprintln(os.Stderr, "testenv: installing", strings.Join(missing, ", "))
	for _, args := range [][]string{{"update", "-q"}, append([]string{"install", "-q", "-y", "--no-install-recommends"}, missing...)} {
		cmd := exec.CommandContext(ctx, "apt-get", args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("apt-get %s: %w\n%s", args[0], err, out)
		}
	}
	return nil
}
