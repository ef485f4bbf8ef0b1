package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"wismo/cmd/internal/tether"
)

// postgres is a running server.
type postgres struct {
	url  string
	dir  string
	cmd  *exec.Cmd
	done chan error
}

// postgresBin finds the folder that holds initdb and postgres.
func postgresBin() (string, error) {
	folders, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		folders = append(folders, filepath.Dir(path))
	}
	for i := len(folders) - 1; i >= 0; i-- {
		if _, err := os.Stat(filepath.Join(folders[i], "initdb")); err == nil {
			return folders[i], nil
		}
	}
	return "", errors.New("initdb is not to be found in PATH or /usr/lib/postgresql/*/bin")
}

// startPostgres makes a server in a temporary folder and waits until it
// answers. As root it runs it as the user postgres or nobody, since PostgreSQL
// refuses to run as root.
func startPostgres(ctx context.Context, fsync bool) (*postgres, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	p := &postgres{done: make(chan error, 1)}
	if p.dir, err = os.MkdirTemp("", "wismo-pg-"); err != nil {
		return nil, err
	}
	who, err := unprivileged(p.dir)
	if err != nil {
		return nil, errors.Join(err, p.stop())
	}
	data := filepath.Join(p.dir, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", data, "-U", "wismo", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = p.dir, &syscall.SysProcAttr{Credential: who}
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w\n%s", err, out), p.stop())
	}
	port, err := freePort()
	if err != nil {
		return nil, errors.Join(err, p.stop())
	}
	sync := map[bool]string{true: "on", false: "off"}[fsync]
	p.cmd = exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-p", strconv.Itoa(port), "-k", p.dir,
		"-c", "listen_addresses=127.0.0.1", "-c", "fsync="+sync, "-c", "min_wal_size=1GB", "-c", "full_page_writes="+sync, "-c", "max_connections=300",
		"-c", "shared_buffers=256MB", "-c", "log_min_messages=fatal", "-c", "max_wal_size=2GB")
	// The server dies with this process, however that ends.
	p.cmd.SysProcAttr = tether.Attr(syscall.SIGQUIT)
	p.cmd.SysProcAttr.Credential = who
	p.cmd.Dir, p.cmd.Stderr = p.dir, os.Stderr
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	go func() { p.done <- p.cmd.Wait() }()
	p.url = fmt.Sprintf("postgres://wismo@127.0.0.1:%d/postgres?sslmode=disable", port)
	if err := p.ready(ctx); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

// unprivileged returns the user to run as, nil for the present one, and gives
// that user the folder.
func unprivileged(dir string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.Atoi(u.Uid)
		gid, errGID := strconv.Atoi(u.Gid)
		if err := errors.Join(errUID, errGID); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid)
	}
	return nil, errors.New("there is neither a user postgres nor nobody to run PostgreSQL as")
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (p *postgres) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, p.url)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL does not answer: %w", err)
		case err := <-p.done:
			return fmt.Errorf("PostgreSQL has ended: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop ends the server and removes its folder.
func (p *postgres) stop() error {
	if p.cmd != nil && p.cmd.Process != nil {
		_ = p.cmd.Process.Signal(syscall.SIGINT) // fast shutdown
		select {
		case <-p.done:
		case <-time.After(20 * time.Second):
			_ = p.cmd.Process.Kill()
			<-p.done
		}
	}
	return os.RemoveAll(p.dir)
}
