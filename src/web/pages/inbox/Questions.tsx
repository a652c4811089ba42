import { useState } from 'react';
import type { Approval } from '../../../wire/approval.ts';
import { useKeys } from '../../keys/useKeys.ts';
import { AskText } from '../../parts/AskText.tsx';
import { Said } from '../../parts/Said.tsx';
import { say } from '../../parts/Toasts.tsx';
import { answerFurther, askFurther } from '../../read/verdicts.ts';
import { refusalNews } from '../../words/verdictNews.ts';

export function Questions({ approval, again }: { approval: Approval; again: () => void }) {
  const { id, questions, state } = approval;
  const [asking, setAsking] = useState<'question' | number | null>(null);
  useKeys(state === 'open' ? { question: () => setAsking('question') } : {});
  const sent = async (text: string) => {
    try {
      if (asking === 'question') await askFurther(id, text);
      else if (asking !== null) await answerFurther(id, asking, text);
      say(asking === 'question' ? 'Asked. The deadline goes on.' : 'Answered');
      again();
    } catch (error) {
      say(refusalNews(error));
    }
    setAsking(null);
  };
  return (
    <>
      {questions.length > 0 && (
        <>
          <h3>Further questions</h3>
          <dl className="facts">
            {questions.map(({ n, question, askedBy, answer, answeredBy }) => (
              <div key={n}>
                <dt>
                  <Said text={askedBy} />: <Said text={question} lines />
                </dt>
                <dd>
                  {answer === null ? (
                    <button type="button" className="quiet" onClick={() => setAsking(n)}>
                      Answer
                    </button>
                  ) : (
                    <>
                      <Said text={answeredBy ?? ''} />: <Said text={answer} lines />
                    </>
                  )}
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {asking !== null && (
        <AskText
          title={asking === 'question' ? 'Ask a further question' : 'Answer it'}
          action="Send"
          charsMax={2000}
          onSend={(text) => void sent(text)}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  );
}
