package mailbox

import (
	"context"
	"fmt"
	"strings"

	"wismo/core/check"
	"wismo/core/fault"
)

// Check signs in and opens every folder; it reads no mail and marks none.
func (m *Mailbox) Check(ctx context.Context) check.Finding {
	f := check.Finding{Name: "mailbox", Level: check.OK}
	s, err := Dial(ctx, m.c)
	if err != nil {
		f.Level, f.Detail, f.Hint = check.Failed, err.Error(), m.cure(err)
		return f
	}
	defer s.Close()
	for _, folder := range m.c.Folders {
		if _, err := s.choose(folder); err != nil {
			f.Level, f.Detail = check.Failed, fmt.Sprintf("the folder %s cannot be opened: %v", folder, err)
			f.Hint = "is it spelled as the server spells it? Nested folders are written Parent/Child or Parent.Child"
			return f
		}
	}
	f.Detail = "it can be read: " + strings.Join(m.c.Folders, ", ")
	if !s.tells() {
		f.Detail += fmt.Sprintf("; the server does not tell of new mail, so it is asked every %s", m.c.Beat)
	}
	return f
}

// cure says what to do about a failure to sign in, as the providers' own pages do
// (support.google.com/mail/answer/7126229, learn.microsoft.com/exchange: "Deprecation
// of Basic authentication in Exchange Online").
func (m *Mailbox) cure(err error) string {
	host := strings.ToLower(m.c.Host)
	switch kind := fault.KindOf(err); {
	case strings.Contains(err.Error(), "certificate"):
		return "the server's certificate must be valid for imap.host and signed by an authority that this machine trusts"
	case kind == fault.Invalid:
		return "is imap.port right? 993 goes with security tls, 143 with starttls"
	case kind != fault.Denied:
		return "are imap.host and imap.port right, and can this machine reach them?"
	case strings.HasSuffix(host, "gmail.com") || strings.HasSuffix(host, "googlemail.com"):
		return "Google takes no account password: make an app password (it needs 2-step verification), or use oauth with the scope https://mail.google.com/; in a Workspace the administrator may have switched IMAP off"
	case strings.HasSuffix(host, "office365.com") || strings.HasSuffix(host, "outlook.com"):
		return "Microsoft 365 takes no password by IMAP any more: use oauth with the scope https://outlook.office365.com/.default (application permission IMAP.AccessAsApp, and the mailbox opened to the app by Add-MailboxPermission); IMAP may also be switched off for the mailbox"
	case m.c.Token != nil:
		return "does the token belong to imap.user, and may it read mail by IMAP?"
	default:
		return "are imap.user and its password right? Many providers want an app password, and some switch IMAP on only when asked"
	}
}
