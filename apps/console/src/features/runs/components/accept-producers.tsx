import { Alert, Button, Input, Modal } from 'antd'
import { useMutation } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { mayDo, useSession } from '../../../shared/session/get-session.ts'
import { acceptProducers } from '../api/accept-producers.ts'

const reasonCharactersMin = 3

/** Tells that reports come from jobs that the change itself redefined, and lets who may accept that, with a reason. */
export function AcceptProducers({ run }: { run: string }) {
  const { t } = useTexts()
  const session = useSession()
  const [open, setOpen] = useState(false)
  const action = mayDo(session, 'producers.accept') ? (
    <Button onClick={() => setOpen(true)}>{t('accept.action')}</Button>
  ) : null
  return (
    <>
      <Alert type="warning" showIcon title={t('accept.told')} action={action} />
      <AcceptDialog run={run} open={open} close={() => setOpen(false)} />
    </>
  )
}

function AcceptDialog({ run, open, close }: { run: string; open: boolean; close: () => void }) {
  const { t } = useTexts()
  const [reason, setReason] = useState('')
  const field = useId()
  const accept = useMutation({ mutationFn: () => acceptProducers(run, reason.trim()), onSuccess: close })
  return (
    <Modal
      open={open}
      title={t('accept.title')}
      onCancel={close}
      onOk={() => accept.mutate()}
      okText={t('accept.action')}
      cancelText={t('action.back')}
      okButtonProps={{ disabled: reason.trim().length < reasonCharactersMin, loading: accept.isPending }}
    >
      <p>{t('accept.content')}</p>
      <label htmlFor={field}>{t('accept.reason')}</label>
      <Input.TextArea
        id={field}
        rows={3}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      {accept.isError ? <Alert type="error" showIcon title={accept.error.message} className="spaced" /> : null}
    </Modal>
  )
}
