package mailbox

import (
	"context"
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

// Append puts a mail into a folder, marked as seen.
func (s *Session) Append(folder string, raw []byte, at time.Time) error {
	cmd := s.client.Append(folder, int64(len(raw)), &imap.AppendOptions{Flags: []imap.Flag{imap.FlagSeen}, Time: at})
	if _, err := cmd.Write(raw); err != nil {
		return faultOf("append", err)
	}
	if err := cmd.Close(); err != nil {
		return faultOf("append", err)
	}
	_, err := cmd.Wait()
	return faultOf("append", err)
}

// Sent returns the folder that the server marks as the one of sent mail (RFC
// 6154), empty if it marks none.
func (s *Session) Sent() (string, error) {
	if !s.client.Caps().Has(imap.CapSpecialUse) && !s.client.Caps().Has(imap.CapIMAP4rev2) {
		return "", nil
	}
	list, err := s.client.List("", "*", &imap.ListOptions{ReturnSpecialUse: true}).Collect()
	if err != nil {
		return "", faultOf("list folders", err)
	}
	for _, f := range list {
		for _, a := range f.Attrs {
			if a == imap.MailboxAttrSent {
				return f.Mailbox, nil
			}
		}
	}
	return "", nil
}

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
