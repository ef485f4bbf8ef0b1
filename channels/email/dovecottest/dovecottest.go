// Package dovecottest knows how to start a Dovecot for a test: on loopback, with
// its mail in a temporary folder, gone when the test is, however that ends. Only
// tests and measurements import it.
package dovecottest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Password opens every mailbox.
const Password = "pw123"

// Server is a Dovecot. Every user name is a mailbox, made at the first sign-in.
type Server struct {
	// Dir holds all of it; the mail of a user is a Maildir in Dir/mail/USER.
	Dir string
	// Port takes STARTTLS and connections without encryption, TLSPort such as are
	// encrypted from the first byte. Both on 127.0.0.1.
	Port, TLSPort int
	// Roots hold the authority that has signed its certificate.
	Roots *x509.CertPool

	cmd  *exec.Cmd
	life io.Closer
	done chan error
}

// New starts a Dovecot for one test. introspect is the URL of a server that judges
// access tokens (RFC 7662), empty for none.
func New(t *testing.T, introspect string) *Server {
	t.Helper()
	if _, err := program(); err != nil {
		t.Skip("SKIPPED: no Dovecot is installed; `make test` installs it where it may (Debian: dovecot-imapd)")
	}
	dir, err := os.MkdirTemp("", "wismo-dovecot-") // t.TempDir's names are too long for its sockets
	if err != nil {
		t.Fatal(err)
	}
	s, err := Start(t.Context(), dir, introspect)
	if err != nil {
		_ = os.RemoveAll(dir)
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Stop()
		_ = os.RemoveAll(dir)
	})
	return s
}

// program is where Dovecot is; Debian keeps it out of a user's path.
func program() (string, error) {
	if path, err := exec.LookPath("dovecot"); err == nil {
		return path, nil
	}
	const path = "/usr/sbin/dovecot"
	_, err := os.Stat(path)
	return path, err
}

// Start starts a Dovecot in a folder, which must be short and empty.
func Start(ctx context.Context, dir, introspect string) (*Server, error) {
	path, err := program()
	if err != nil {
		return nil, fmt.Errorf("dovecot is not installed: %w", err)
	}
	s := &Server{Dir: dir, done: make(chan error, 1)}
	if s.Port, err = freePort(); err != nil {
		return nil, err
	}
	if s.TLSPort, err = freePort(); err != nil {
		return nil, err
	}
	if err := errors.Join(s.certify(), s.configure(introspect)); err != nil {
		return nil, err
	}
	// The shell ends it when our end of the pipe is closed, by whatever.
	s.cmd = exec.Command("/bin/sh", "-c", `"$0" -F -c "$1" & pid=$!; trap '' TERM; cat >/dev/null; kill $pid; wait $pid`, path, filepath.Join(dir, "dovecot.conf"))
	if s.life, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { s.done <- s.cmd.Wait() }()
	if err := s.ready(ctx); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

// Stop ends it and waits.
func (s *Server) Stop() {
	_ = s.life.Close()
	<-s.done
}

// Log is what Dovecot has logged.
func (s *Server) Log() string {
	raw, err := os.ReadFile(filepath.Join(s.Dir, "dovecot.log"))
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

// Renumber lets a user's inbox begin with a new UIDVALIDITY.
func (s *Server) Renumber(name string) error {
	list, err := filepath.Glob(filepath.Join(s.Dir, "mail", name, "dovecot*"))
	for _, file := range list {
		err = errors.Join(err, os.RemoveAll(file))
	}
	return err
}

// Fill puts mails into a user's inbox as if they had been delivered.
func (s *Server) Fill(name string, mails [][]byte) error {
	return fill(filepath.Join(s.Dir, "mail", name), mails)
}

// FillSent puts mails into a user's folder of sent mail.
func (s *Server) FillSent(name string, mails [][]byte) error {
	box := filepath.Join(s.Dir, "mail", name, ".Sent")
	if err := os.MkdirAll(box, 0o700); err != nil {
		return err
	}
	return errors.Join(own(filepath.Dir(box)), fill(box, mails))
}

func fill(box string, mails [][]byte) error {
	for _, sub := range []string{"new", "cur", "tmp"} {
		if err := os.MkdirAll(filepath.Join(box, sub), 0o700); err != nil {
			return err
		}
	}
	if err := errors.Join(own(box), own(filepath.Join(box, "new")), own(filepath.Join(box, "cur")), own(filepath.Join(box, "tmp"))); err != nil {
		return err
	}
	began := time.Now()
	for i, raw := range mails {
		// As mail is delivered: a mail that Dovecot sees is whole, and its own.
		name := fmt.Sprintf("%d.M%dP1.test", began.Unix(), began.UnixMicro()%1e6*100_000+int64(i))
		tmp := filepath.Join(box, "tmp", name)
		if err := errors.Join(os.WriteFile(tmp, raw, 0o600), own(tmp), os.Rename(tmp, filepath.Join(box, "new", name))); err != nil {
			return err
		}
	}
	return nil
}

// own gives a file to the user as whom Dovecot reads mail.
func own(path string) error {
	who, err := mailUser()
	if err != nil || os.Geteuid() != 0 {
		return err
	}
	uid, _ := strconv.Atoi(who.Uid)
	gid, _ := strconv.Atoi(who.Gid)
	return os.Chown(path, uid, gid)
}

// mailUser is who reads mail: Debian's user for it where Dovecot may change to
// that, else whoever we are.
func mailUser() (*user.User, error) {
	if os.Geteuid() == 0 {
		return user.Lookup("mail")
	}
	return user.Current()
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(port)
}

// ready waits until it greets.
func (s *Server) ready(ctx context.Context) error {
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", s.Port))
		if err == nil {
			greeting := make([]byte, 4)
			_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
			_, err = io.ReadFull(conn, greeting)
			_ = conn.Close()
			if err == nil && string(greeting) == "* OK" {
				return nil
			}
		}
		select {
		case err := <-s.done:
			s.done <- err
			return fmt.Errorf("dovecot has ended: %v\n%s", err, s.Log())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return fmt.Errorf("dovecot does not answer\n%s", s.Log())
}

// certify makes a certificate for 127.0.0.1, signed by itself.
func (s *Server) certify() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	now := time.Now()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "127.0.0.1"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		return err
	}
	signed, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	s.Roots = x509.NewCertPool()
	s.Roots.AddCert(signed)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(s.Dir, "cert.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600),
		os.WriteFile(filepath.Join(s.Dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
}

// configure writes Dovecot's settings (doc.dovecot.org, 2.3). It needs no chroot
// and no users of its own, so that it runs as anybody.
func (s *Server) configure(introspect string) error {
	who, err := mailUser()
	if err != nil {
		return err
	}
	group, err := user.LookupGroupId(who.Gid)
	if err != nil {
		return err
	}
	inner, innerGroup := who.Username, group.Name
	if os.Geteuid() == 0 {
		inner, innerGroup = "nobody", "nogroup"
	}
	mechanisms, oauth := "plain login", ""
	if introspect != "" {
		mechanisms += " xoauth2 oauthbearer"
		oauth = "passdb {\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = " + s.Dir + "/oauth2.ext\n}\n"
		ext := "introspection_mode = post\nintrospection_url = " + introspect + "\nusername_attribute = username\nactive_attribute = active\nactive_value = true\n"
		if err := os.WriteFile(filepath.Join(s.Dir, "oauth2.ext"), []byte(ext), 0o600); err != nil {
			return err
		}
	}
	conf := strings.NewReplacer("@DIR@", s.Dir, "@PORT@", strconv.Itoa(s.Port), "@TLS@", strconv.Itoa(s.TLSPort), "@UID@", who.Username, "@GID@", group.Name,
		"@INNER@", inner, "@INNERGROUP@", innerGroup, "@MECH@", mechanisms, "@OAUTH@", oauth, "@PW@", Password).Replace(settings)
	mail := filepath.Join(s.Dir, "mail")
	if err := errors.Join(os.Chmod(s.Dir, 0o755), os.MkdirAll(mail, 0o700), own(mail)); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.Dir, "dovecot.conf"), []byte(conf), 0o600)
}

const settings = `base_dir = @DIR@/run
state_dir = @DIR@/state
log_path = @DIR@/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <@DIR@/cert.pem
ssl_key = <@DIR@/key.pem
disable_plaintext_auth = no
auth_mechanisms = @MECH@
mail_location = maildir:@DIR@/mail/%u
mail_uid = @UID@
mail_gid = @GID@
first_valid_uid = 1
first_valid_gid = 1
default_internal_user = @INNER@
default_internal_group = @INNERGROUP@
default_login_user = @INNER@
mail_max_userip_connections = 50
service imap-login {
  inet_listener imap {
    port = @PORT@
  }
  inet_listener imaps {
    port = @TLS@
    ssl = yes
  }
  chroot =
}
service anvil {
  chroot =
}
passdb {
  driver = static
  mechanisms = plain login
  args = password=@PW@
}
@OAUTH@userdb {
  driver = static
  args = uid=@UID@ gid=@GID@ home=@DIR@/mail/%u
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Sent {
    special_use = \Sent
    auto = create
  }
  mailbox Done {
    auto = create
  }
}
`
