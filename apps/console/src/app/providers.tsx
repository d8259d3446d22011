import { QueryClientProvider } from '@tanstack/react-query'
import { App, ConfigProvider, theme } from 'antd'
import en from 'antd/locale/en_US'
import zh from 'antd/locale/zh_CN'
import type { ReactNode } from 'react'
import { useTexts } from '../shared/i18n/text-context.ts'
import { TextProvider } from '../shared/i18n/text-provider.tsx'
import { queryClient } from '../shared/lib/client.ts'
import { useDark } from './use-dark.ts'

// The same colours as in styles.css, where they are tried for contrast.
const light = {
  colorPrimary: '#0b6680',
  colorLink: '#0b6680',
  colorBgContainer: '#ffffff',
  colorBgElevated: '#ffffff',
  colorText: '#1b2730',
  colorTextDescription: '#55636e',
}
const dark = {
  colorPrimary: '#2b8aa5',
  colorLink: '#6cc4dc',
  colorBgContainer: '#1b232b',
  colorBgElevated: '#1f2831',
  colorText: '#dfe7ec',
  colorTextDescription: '#9fb0bb',
}
const fonts =
  'system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif'

/** What every page stands on: texts, cache, and the component library in the language and colours in use. */
export function Providers({ children }: { children: ReactNode }) {
  return (
    <QueryClientProvider client={queryClient}>
      <TextProvider>
        <Themed>{children}</Themed>
      </TextProvider>
    </QueryClientProvider>
  )
}

function Themed({ children }: { children: ReactNode }) {
  const { language } = useTexts()
  const isDark = useDark()
  return (
    <ConfigProvider
      locale={language === 'zh-CN' ? zh : en}
      button={{ autoInsertSpace: false }}
      theme={{
        algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
        token: { ...(isDark ? dark : light), borderRadius: 6, fontFamily: fonts, wireframe: false },
      }}
    >
      <App>{children}</App>
    </ConfigProvider>
  )
}
