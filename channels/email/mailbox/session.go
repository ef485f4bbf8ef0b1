package mailbox

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"wismo/core/fault"
)

// choose selects a folder, unless it is.
func (s *Session) choose(folder string) (uidValidity uint32, err error) {
	if s.folder == folder {
		return s.valid, nil
	}
	d, err := s.client.Select(folder, nil).Wait()
	if err != nil {
		s.folder = ""
		return 0, faultOf("open the folder", err)
	}
	s.folder, s.valid = folder, d.UIDValidity
	return s.valid, nil
}

// Answered marks mails as answered, if the folder still numbers its mails as they
// are named.
func (s *Session) Answered(folder string, uidValidity uint32, uids []uint32) error {
	set, ok, err := s.these(folder, uidValidity, uids)
	if err != nil || !ok {
		return err
	}
	err = s.client.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagAnswered}}, nil).Close()
	return faultOf("mark as answered", err)
}

// Move moves mails to another folder. A server that cannot leaves them where they
// are, and fault.Invalid says so: copying and deleting could lose one.
func (s *Session) Move(folder string, uidValidity uint32, uids []uint32, to string) error {
	set, ok, err := s.these(folder, uidValidity, uids)
	if err != nil || !ok {
		return err
	}
	if !s.client.Caps().Has(imap.CapMove) && !s.client.Caps().Has(imap.CapIMAP4rev2) {
		return fault.New(fault.Invalid, "mailbox: move", "the server cannot move mails")
	}
	_, err = s.client.Move(set, to).Wait()
	return faultOf("move", err)
}

func (s *Session) these(folder string, uidValidity uint32, uids []uint32) (set imap.UIDSet, ok bool, err error) {
	valid, err := s.choose(folder)
	if err != nil || valid != uidValidity {
		return nil, false, err
	}
	for _, u := range uids {
		set.AddNum(imap.UID(u))
	}
	return set, len(uids) > 0, nil
}

// HasSent reports whether the folder of sent mail holds one with that Message-ID,
// brackets left out; false if there is no such folder.
func (s *Session) HasSent(messageID string) (bool, error) {
	folder, err := s.sentFolder(s.sent)
	if err != nil || folder == "" {
		return false, err
	}
	return s.Has(folder, messageID)
}

// Has reports whether a folder holds a mail with that Message-ID, brackets left
// out.
func (s *Session) Has(folder, messageID string) (bool, error) {
	// Selecting anew shows what others have put there.
	s.folder = ""
	if _, err := s.choose(folder); err != nil {
		return false, err
	}
	d, err := s.client.UIDSearch(&imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: messageID}}}, nil).Wait()
	if err != nil {
		return false, faultOf("search", err)
	}
	return len(d.AllUIDs()) > 0, nil
}

// File puts a mail into the folder of sent mail, marked as seen. Without such a
// folder it fails with fault.NotFound.
func (s *Session) File(raw []byte, at time.Time) error {
	folder, err := s.sentFolder(s.sent)
	if err != nil {
		return err
	}
	if folder == "" {
		return fault.New(fault.NotFound, "mailbox: file", "the server marks no folder as that of sent mail: name it")
	}
	cmd := s.client.Append(folder, int64(len(raw)), &imap.AppendOptions{Flags: []imap.Flag{imap.FlagSeen}, Time: at})
	if _, err := cmd.Write(raw); err != nil {
		return faultOf("append", err)
	}
	if err := cmd.Close(); err != nil {
		return faultOf("append", err)
	}
	_, err = cmd.Wait()
	return faultOf("append", err)
}

// sentFolder is the folder of sent mail, empty if there is none.
func (s *Session) sentFolder(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	options := &imap.ListOptions{ReturnSpecialUse: true}
	if !s.client.Caps().Has(imap.CapSpecialUse) && !s.client.Caps().Has(imap.CapIMAP4rev2) {
		options = nil
	}
	list, err := s.client.List("", "*", options).Collect()
	if err != nil {
		return "", faultOf("list folders", err)
	}
	byName := ""
	for _, f := range list {
		if slices.Contains(f.Attrs, imap.MailboxAttrSent) {
			return f.Mailbox, nil
		}
		name := f.Mailbox[strings.LastIndexAny(f.Mailbox, "/.")+1:]
		if byName == "" && slices.Contains(sentNames, strings.ToLower(name)) {
			byName = f.Mailbox
		}
	}
	return byName, nil
}

// sentNames are what the folder of sent mail is called where the server marks none.
var sentNames = []string{"sent", "sent items", "sent mail", "sent messages", "gesendet", "gesendete elemente", "gesendete objekte", "envoyés", "éléments envoyés", "enviados", "elementos enviados", "posta inviata", "inviati", "verzonden", "verzonden items", "itens enviados"}

// tells reports whether the server tells of new mail by itself (RFC 2177).
func (s *Session) tells() bool {
	return s.client.Caps().Has(imap.CapIdle) || s.client.Caps().Has(imap.CapIMAP4rev2)
}

// idle waits until the folder that is selected has news, for d, or for ctx.
func (s *Session) idle(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	if !s.tells() {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-s.client.Closed():
			return fault.New(fault.Unavailable, "mailbox: wait", "the server has hung up")
		}
		return faultOf("ask for news", s.client.Noop().Wait())
	}
	cmd, err := s.client.Idle()
	if err != nil {
		return faultOf("wait for news", err)
	}
	select {
	case <-s.news:
	case <-timer.C:
	case <-ctx.Done():
	case <-s.client.Closed():
	}
	if err := cmd.Close(); err != nil {
		return faultOf("wait for news", err)
	}
	if err := cmd.Wait(); err != nil {
		return faultOf("wait for news", err)
	}
	return ctx.Err()
}
