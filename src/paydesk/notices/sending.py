"""Address a rendered letter: the merchant's name as sender, its support address for replies, one stable Message-ID."""

from __future__ import annotations

from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from paydesk.merchants.find import MerchantInSight
from paydesk.notices.models import Letter
from paydesk.notices.rendering import Rendered


def message_of(letter: Letter, merchant: MerchantInSight, content: Rendered) -> EmailMultiAlternatives:
    """Make what Django's mail backends, anymail's among them, can send."""
    sender = merchant.sender_email or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    message = EmailMultiAlternatives(
        # A name from a payment company may have a line break, with which no letter leaves.
        subject=" ".join(content.title.splitlines()),
        body=content.text,
        from_email=formataddr((" ".join(merchant.name.splitlines()), sender)),
        to=[letter.recipient],
        reply_to=[merchant.support_email],
        headers={
            # Sent again, a letter is the same letter: mail programs show it once.
            "Message-ID": f"<{letter.public_id}@{sender.rpartition('@')[2]}>",
            # RFC 3834: no out-of-office answers, please.
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(content.html, "text/html")
    for file in content.attached:
        message.attach(file.name, file.content, file.media_type)
    return message
