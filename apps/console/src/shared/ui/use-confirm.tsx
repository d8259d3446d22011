import { App } from 'antd'
import type { ReactNode } from 'react'
import { useTexts } from '../i18n/text-context.ts'

/** A write as the person is asked about it. */
export interface Question {
  title: string
  /** What will happen. */
  content: ReactNode
  confirm: string
  danger?: boolean
  act: () => Promise<unknown>
}

/** Asks before a write; a refusal of the server is told with its code. */
export function useConfirm(): (question: Question) => void {
  const { modal, message } = App.useApp()
  const { t } = useTexts()
  return (question) => {
    modal.confirm({
      title: question.title,
      content: question.content,
      okText: question.confirm,
      cancelText: t('action.back'),
      okButtonProps: { danger: question.danger === true },
      width: 520,
      onOk: async () => {
        try {
          await question.act()
        } catch (error) {
          void message.error(
            t('error.action', { code: codeOf(error), message: error instanceof Error ? error.message : '' }),
            8,
          )
        }
      },
    })
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'NETWORK'
}
